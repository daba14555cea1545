namespace EndpointMtls.Trust;

/// <summary>The side of a connection that a peer is on. It decides which extended key usage its certificate needs.</summary>
internal enum PeerRole
{
    Server,
    Client,
}
