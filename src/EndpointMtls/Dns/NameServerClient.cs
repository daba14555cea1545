using System.Net;
using System.Net.Sockets;
using EndpointMtls.Text;

namespace EndpointMtls.Dns;

/// <summary>
/// Queries one name server: over UDP, over TCP if the response is truncated, and again without EDNS if the server does not
/// support it.
/// </summary>
internal sealed class NameServerClient(IPEndPoint address, DnsSettings settings, TimeProvider timeProvider)
{
    /// <exception cref="NameServerException">The name server did not answer the question.</exception>
    public async Task<DnsResponse> QueryAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.Timeout, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var response = await SendAsync(new DnsQuery(question, usesEdns: true), linked.Token).ConfigureAwait(false);
            if (response.Code is DnsResponseCode.FormErr or DnsResponseCode.NotImp or DnsResponseCode.BadVers)
            {
                response = await SendAsync(new DnsQuery(question, usesEdns: false), linked.Token).ConfigureAwait(false);
            }

            return Check(response);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Explain(exception) is { } problem)
        {
            throw new NameServerException(problem, exception);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private async Task<DnsResponse> SendAsync(DnsQuery query, CancellationToken cancellationToken)
    {
        if (!settings.UsesTcp)
        {
            var datagram = await UdpExchange.SendAsync(address, query, cancellationToken).ConfigureAwait(false);
            if (DnsResponse.Parse(datagram.Span, query.Question) is { IsTruncated: false } response)
            {
                return response;
            }
        }

        var message = await TcpExchange.SendAsync(address, query, cancellationToken).ConfigureAwait(false);
        return DnsResponse.Parse(message.Span, query.Question);
    }

    private static DnsResponse Check(DnsResponse response) => response switch
    {
        { IsTruncated: true } => throw new NameServerException("sent a truncated response over TCP"),
        { Code: DnsResponseCode.NxDomain } => response with { Records = [] },
        { Code: DnsResponseCode.NoError, IsConclusive: true } => response,
        { Code: DnsResponseCode.NoError } => throw new NameServerException("sent a referral, and does not support recursion"),
        _ => throw new NameServerException($"returned {NameOf(response.Code)}"),
    };

    private string? Explain(Exception exception) => exception switch
    {
        NameServerException => exception.Message,
        MalformedMessageException => $"sent a malformed response ({exception.Message})",
        OperationCanceledException => $"sent no response within {Duration.Format(settings.Timeout)}",
        EndOfStreamException => "closed the connection without a response",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "does not listen on this port",
        SocketException or IOException => $"could not be reached: {exception.GetBaseException().Message.TrimEnd('.')}",
        _ => null,
    };

    private static string NameOf(DnsResponseCode code) => code switch
    {
        DnsResponseCode.FormErr => "FORMERR",
        DnsResponseCode.ServFail => "SERVFAIL",
        DnsResponseCode.NotImp => "NOTIMP",
        DnsResponseCode.Refused => "REFUSED",
        DnsResponseCode.BadVers => "BADVERS",
        _ => $"response code {(int)code}",
    };
}
