namespace EndpointMtls;

/// <summary>What is known of an address at one moment.</summary>
/// <param name="Address">The address, normalised.</param>
/// <param name="Realm">The name of the realm it belongs to.</param>
/// <param name="Mode">Whether the endpoint stays in use while it fails.</param>
/// <param name="ServerName">The name expected in the server's certificate; <see langword="null"/> when the realm is plaintext.</param>
/// <param name="LastConnection">The connection opened last; <see langword="null"/> before the first.</param>
/// <param name="LastFailure">The failure to connect that came after <paramref name="LastConnection"/>; <see langword="null"/> if there was none.</param>
public sealed record EndpointDescription(
    string Address,
    string Realm,
    EndpointMode Mode,
    string? ServerName,
    ConnectionDescription? LastConnection,
    EndpointConnectionException? LastFailure)
{
    /// <summary>Whether connections to this address are plaintext, because its realm has no TLS configuration.</summary>
    public bool IsPlaintext => ServerName is null;
}
