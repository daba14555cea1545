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
    private ConnectionHistory _history = new(null, null);

    public ConnectionHistory History => Volatile.Read(ref _history);

    /// <param name="dial">How the channel opens its sockets; <see langword="null"/> if it leaves that to us.</param>
    /// <param name="context">What is being connected.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<Stream> ConnectAsync(
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? dial,
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken)
    {
        var raw = new FirstReadStream(await (dial ?? DialAsync)(context, cancellationToken).ConfigureAwait(false));
        if (realm.Provider is { } provider)
        {
            return await AuthenticateAsync(raw, provider, cancellationToken).ConfigureAwait(false);
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
        var options = provider.CreateClientOptions(address.Host);
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        options.RemoteCertificateValidationCallback = verdict.Check;

        var explain = new FailureExplanation(address, realm, now, verdict);
        var stream = new EndpointTlsStream(raw);
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            if (stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                throw explain.NoAlpn();
            }
        }
        catch (Exception exception)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw Failed(exception as EndpointConnectionException ?? explain.Handshake(exception, raw.FirstByte));
        }

        var tls = new TlsDescription(
            stream.SslProtocol,
            stream.NegotiatedCipherSuite,
            verdict.Subject!,
            verdict.NotAfter,
            stream.LocalCertificate?.Subject);
        stream.WatchFirstAnswer(() => Opened(tls), exception => Failed(explain.Rejected(tls, exception)));
        return stream;
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
        var before = Interlocked.Exchange(ref _history, new ConnectionHistory(new ConnectionDescription(timeProvider.GetUtcNow(), tls), null));
        if (before.Failure is not null)
        {
            logger.ConnectionRecovered(address.ToString(), realm.Name);
        }
    }

    private EndpointConnectionException Failed(EndpointConnectionException failure)
    {
        var before = Interlocked.Exchange(ref _history, History with { Failure = failure });

        // Once for each trouble, not once for each attempt.
        if (before.Failure?.Reason != failure.Reason)
        {
            logger.ConnectionFailed(failure.Reason, failure.Message);
        }

        return failure;
    }
}

/// <summary>The connection opened last, and the failure that came after it.</summary>
internal sealed record ConnectionHistory(ConnectionDescription? Connection, EndpointConnectionException? Failure);
