using System.Net;
using EndpointMtls.Certificates;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>Selects the certificates of a new connection.</summary>
internal delegate TlsMaterial MaterialSelector(RotatingCertificateProvider provider, TlsMaterial inUse, DateTimeOffset now);

/// <summary>Opens the connections of one channel, and decides whether open ones may continue.</summary>
internal sealed class EndpointConnector(ChannelContext context)
{
    public ConnectionReport Report { get; } = new(context);

    /// <param name="endPoint">The end point to connect to.</param>
    /// <param name="dial">Opens a socket to the end point.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <param name="select">Selects the certificates; by default those in use.</param>
    /// <param name="isProbe">Whether no call needs the connection. A failure is then not recorded.</param>
    /// <returns>The stream for the handler, and the transport below it.</returns>
    public async ValueTask<(Stream Stream, TransportStream Connection)> ConnectAsync(
        DnsEndPoint endPoint,
        Func<CancellationToken, ValueTask<Stream>> dial,
        CancellationToken cancellationToken,
        MaterialSelector? select = null,
        bool isProbe = false)
    {
        using var attempt = new ConnectionAttempt(context, Report, endPoint, dial, cancellationToken)
        {
            Select = select ?? ((_, inUse, _) => inUse),
            IsProbe = isProbe,
        };
        return await attempt.RunAsync().ConfigureAwait(false);
    }

    /// <summary>Verifies the server of a connection again, if the realm closes connections when trust is removed.</summary>
    /// <remarks>During a configuration change it accepts every connection. All connections are verified again after the change.</remarks>
    /// <returns>Why the connection must be aborted; <see langword="null"/> if it may continue.</returns>
    public EndpointConnectionException? GetDistrustReason(TransportStream connection) =>
        context.Realm is { Provider.InUse: { Tls.OnTrustRemoved: TrustRemovedAction.Close } material } realm
        && material.Tls.IsSameAs(realm.Definition.Tls) && connection.Peer is { } peer
            ? CreateDistrust(peer, material.Servers)
            : null;

    private EndpointConnectionException? CreateDistrust(PeerChain peer, PeerVerifier verifier) => verifier.VerifyAgain(peer) switch
    {
        { IsAccepted: true } => null,
        { Reason: ConnectionFailureReason.Revoked or ConnectionFailureReason.RevocationUnknown } verdict =>
            Report.Create(verdict.Reason.Value, verdict.Explanation),
        _ => Report.Create(ConnectionFailureReason.TrustRemoved, ConnectionFailureText.TrustRemoved(peer, verifier.Trusted)),
    };

    /// <summary>Whether the certificates have changed since the handshake began.</summary>
    public bool IsOutdated(TransportStream connection) =>
        context.Realm.Provider is { } provider
        && (provider, provider.InUse.Generation) != (connection.Provider, connection.Material?.Generation ?? 0);

    public bool HasOutdated(HandlerGeneration generation) => generation.GetConnections().Any(IsOutdated);

    /// <summary>
    /// Whether new calls must not use an outdated connection: the rules have changed since its handshake, or trust was removed.
    /// </summary>
    public bool IsUnderOtherRules(TransportStream connection) => IsUnderOtherRules(connection.Provider, connection.Material);

    /// <summary>Whether rules have changed or trust was removed since a provider had these certificates.</summary>
    public bool IsUnderOtherRules(RotatingCertificateProvider? provider, TlsMaterial? material) =>
        provider != context.Realm.Provider
        || (provider is { InUse: var inUse } && material is not null
            && !(inUse.Tls.HasSameHandshakes(material.Tls) && inUse.CaCertificates.IsSupersetOf(material.CaCertificates)));
}
