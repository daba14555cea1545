using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Dns;

/// <summary>Asks one server: over UDP, over TCP if the answer does not fit, and once without EDNS if the server does not know it.</summary>
internal sealed class NameServer(IPEndPoint address, DnsSettings settings, TimeProvider timeProvider)
{
    /// <exception cref="NameServerException">There is no answer that counts.</exception>
    public async Task<DnsReply> AskAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(settings.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        try
        {
            var reply = await AskAsync(new DnsQuery(question, usesEdns: true), either.Token).ConfigureAwait(false);
            if (reply.Code is DnsCode.FormErr or DnsCode.NotImp or DnsCode.BadVers)
            {
                reply = await AskAsync(new DnsQuery(question, usesEdns: false), either.Token).ConfigureAwait(false);
            }

            return Check(reply);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Explain(exception) is { } what)
        {
            throw new NameServerException(what, exception);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private async Task<DnsReply> AskAsync(DnsQuery query, CancellationToken cancellationToken)
    {
        if (!settings.UsesTcp)
        {
            var datagram = await UdpExchange.AskAsync(address, query, cancellationToken).ConfigureAwait(false);
            if (DnsReply.Parse(datagram.Span, query.Question) is { IsTruncated: false } reply)
            {
                return reply;
            }
        }

        var message = await TcpExchange.AskAsync(address, query, cancellationToken).ConfigureAwait(false);
        return DnsReply.Parse(message.Span, query.Question);
    }

    private static DnsReply Check(DnsReply reply) => reply switch
    {
        { IsTruncated: true } => throw new NameServerException("cut its answer short although it came over TCP"),
        { Code: DnsCode.NxDomain } => reply with { Records = [] },
        { Code: DnsCode.NoError, IsFinal: true } => reply,
        { Code: DnsCode.NoError } => throw new NameServerException("points to other servers, and does not ask them itself"),
        _ => throw new NameServerException($"answered {NameOf(reply.Code)}"),
    };

    private string? Explain(Exception exception) => exception switch
    {
        NameServerException => exception.Message,
        MalformedMessageException => $"sent a malformed answer ({exception.Message})",
        OperationCanceledException => string.Create(CultureInfo.InvariantCulture, $"did not answer within {settings.Timeout.TotalSeconds} s"),
        EndOfStreamException => "closed the connection before it had answered",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "does not listen there",
        SocketException or IOException => $"could not be reached: {exception.GetBaseException().Message.TrimEnd('.')}",
        _ => null,
    };

    private static string NameOf(DnsCode code) => code switch
    {
        DnsCode.FormErr => "FORMERR",
        DnsCode.ServFail => "SERVFAIL",
        DnsCode.NotImp => "NOTIMP",
        DnsCode.Refused => "REFUSED",
        DnsCode.BadVers => "BADVERS",
        _ => $"with code {(int)code}",
    };
}
