using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>Opens the connections of one channel: dials, authenticates by the rules of the realm, and remembers how it went.</summary>
internal sealed class EndpointConnector(EndpointAddress address, Realm realm, TimeProvider timeProvider, ILogger<EndpointConnector> logger)
{
    // As long as other gRPC implementations give it.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(20);

    private readonly Lock _writing = new();
    private volatile ConnectionHistory _history = new(null, null);

    public ConnectionHistory History => _history;

    /// <param name="dial">How the channel opens its sockets; <see langword="null"/> if it leaves that to us.</param>
    /// <param name="context">What is being connected.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<Stream> ConnectAsync(
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? dial,
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken)
    {
        var raw = new FirstReadStream(await (dial ?? DialAsync)(context, cancellationToken).ConfigureAwait(false));
        if (realm.Definition.Tls is not null)
        {
            return await AuthenticateAsync(raw, realm.Provider!, cancellationToken).ConfigureAwait(false);
        }

        raw.OnFirstRead = CheckPlaintext;
        return raw;
    }

    private static async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> AuthenticateAsync(FirstReadStream raw, RotatingCertificateProvider provider, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var verdict = new ServerCertificateVerdict(now);
        var explain = new FailureExplanation(address, realm, now, verdict);
        var stream = new EndpointTlsStream(raw);
        using var timeout = new CancellationTokenSource(HandshakeTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await stream.AuthenticateAsClientAsync(CreateOptions(provider, verdict, now), either.Token).ConfigureAwait(false);
            if (stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                throw explain.NoAlpn();
            }
        }
        catch (Exception exception)
        {
            await stream.DisposeAsync().ConfigureAwait(false);

            // The channel was disposed, or nobody wants the connection any more: not the server's doing.
            cancellationToken.ThrowIfCancellationRequested();
            throw Failed(exception as EndpointConnectionException ?? explain.Handshake(exception, raw.FirstByte));
        }

        var tls = new TlsDescription
        {
            Protocol = stream.SslProtocol,
            CipherSuite = stream.NegotiatedCipherSuite,
            PeerSubject = verdict.Subject!,
            PeerNotAfter = verdict.NotAfter,
            LocalSubject = stream.LocalCertificate?.Subject,
        };
        stream.WatchFirstAnswer(() => Opened(tls), exception => Failed(explain.HungUp(exception, tls)));
        return stream;
    }

    private SslClientAuthenticationOptions CreateOptions(RotatingCertificateProvider provider, ServerCertificateVerdict verdict, DateTimeOffset now)
    {
        var options = provider.CreateClientOptions(address.Host);
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        options.CertificateChainPolicy!.VerificationTime = now.UtcDateTime;
        options.CertificateChainPolicy.VerificationTimeIgnored = false;
        options.RemoteCertificateValidationCallback = verdict.Check;
        if (options.ClientCertificateContext is null)
        {
            // Never has a certificate to offer; asked again when the server wants one, and only then knows the server's.
            options.LocalCertificateSelectionCallback = verdict.NoteRequest;
        }

        return options;
    }

    private void CheckPlaintext(int firstByte)
    {
        var explain = new FailureExplanation(address, realm, timeProvider.GetUtcNow(), verdict: null);
        if (explain.Plaintext(firstByte) is { } failure)
        {
            throw Failed(failure);
        }

        Opened(tls: null);
    }

    private void Opened(TlsDescription? tls)
    {
        var connection = new ConnectionDescription { OpenedAt = timeProvider.GetUtcNow(), Tls = tls };
        EndpointConnectionException? before;
        lock (_writing)
        {
            before = _history.Failure;
            _history = new ConnectionHistory(connection, null);
        }

        if (before is not null)
        {
            logger.ConnectionRecovered(address.ToString(), realm.Name);
        }
    }

    private EndpointConnectionException Failed(EndpointConnectionException failure)
    {
        EndpointConnectionException? before;
        lock (_writing)
        {
            before = _history.Failure;
            _history = _history with { Failure = failure };
        }

        // Once for each trouble, not once for each attempt.
        if (before?.Reason != failure.Reason)
        {
            logger.ConnectionFailed(failure.Reason, failure.Message);
        }

        return failure;
    }
}

/// <summary>The connection opened last, and the failure that came after it.</summary>
internal sealed record ConnectionHistory(ConnectionDescription? Connection, EndpointConnectionException? Failure);
