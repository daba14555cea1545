namespace EndpointMtls.Trust;

/// <summary>Which side of a connection a peer is on, and so what its certificate must be issued for.</summary>
internal enum PeerRole
{
    Server,
    Client,
}
