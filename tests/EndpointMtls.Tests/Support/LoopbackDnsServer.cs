using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Tests.Support;

/// <summary>A DNS server on 127.0.0.1, over UDP and TCP on the same random port. Its records can change at any time.</summary>
/// <remarks>A name without records has no data. A name that was not added does not exist.</remarks>
internal sealed class LoopbackDnsServer : IDisposable
{
    private const int PayloadSizeWithoutEdns = 512;
    private const int MaxAliases = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ZoneRecord[]> _zone = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DnsReaction> _reactions = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ReceivedQuery> _queries = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _tcp;
    private readonly Socket _udp;
    private DnsReaction _defaultReaction = DnsReaction.Answer;
    private TaskCompletionSource _nextQuery = NewSignal();

    public LoopbackDnsServer()
    {
        (_tcp, _udp) = Listen();
        Endpoint = (IPEndPoint)_tcp.LocalEndpoint;
        _ = ServeUdpAsync();
        _ = ServeTcpAsync();
    }

    public IPEndPoint Endpoint { get; }

    /// <summary>The queries so far, in the order of their arrival.</summary>
    public IReadOnlyList<ReceivedQuery> Queries
    {
        get
        {
            lock (_lock)
            {
                return [.. _queries];
            }
        }
    }

    /// <summary>Adds records to a name.</summary>
    public void Add(string name, params ZoneRecord[] records)
    {
        lock (_lock)
        {
            _zone[name] = [.. _zone.GetValueOrDefault(name, []), .. records];
        }
    }

    /// <summary>Replaces the records of a name.</summary>
    public void Set(string name, params ZoneRecord[] records)
    {
        lock (_lock)
        {
            _zone[name] = records;
        }
    }

    /// <summary>Removes a name: it no longer exists.</summary>
    public void Remove(string name)
    {
        lock (_lock)
        {
            _zone.Remove(name);
        }
    }

    /// <summary>Sets the reaction to queries for one name. <see cref="DnsReaction.Answer"/> restores the default reaction.</summary>
    public void On(string name, DnsReaction reaction)
    {
        lock (_lock)
        {
            _reactions[name] = reaction;
        }
    }

    /// <summary>Sets the default reaction.</summary>
    public void OnAny(DnsReaction reaction)
    {
        lock (_lock)
        {
            _defaultReaction = reaction;
        }
    }

    /// <summary>Delays the responses to all later queries until a task completes.</summary>
    public void DelayUntil(Task task)
    {
        lock (_lock)
        {
            _defaultReaction = _defaultReaction with { After = task };
        }
    }

    /// <summary>Waits until a name has been queried a number of times in all.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The record type; any type if <see langword="null"/>.</param>
    /// <param name="count">The number of queries.</param>
    /// <returns>The last of these queries.</returns>
    public async Task<ReceivedQuery> WaitForQueryAsync(string name, string? type = null, int count = 1)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                var matching = _queries.Where(query => query.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && (type is null || query.Type == type)).ToArray();
                if (matching.Length >= count)
                {
                    return matching[count - 1];
                }

                next = _nextQuery.Task;
            }

            await next.WithTimeout();
        }
    }

    /// <summary>Stops the server. Its port is closed after that.</summary>
    public void Dispose()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _stopping.Cancel();
        _tcp.Dispose();
        _udp.Dispose();
        _stopping.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A port that is free for TCP may be in use for UDP.
    private static (TcpListener Tcp, Socket Udp) Listen()
    {
        for (var attempt = 1; ; attempt++)
        {
            var tcp = new TcpListener(IPAddress.Loopback, 0);
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                tcp.Start();
                udp.Bind(tcp.LocalEndpoint);
                return (tcp, udp);
            }
            catch (SocketException) when (attempt < 10)
            {
                tcp.Dispose();
                udp.Dispose();
            }
        }
    }

    private Task ServeUdpAsync() => IgnoreShutdownAsync(async () =>
    {
        var buffer = new byte[ushort.MaxValue];
        while (true)
        {
            var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
            var message = buffer[..received.ReceivedBytes];
            _ = IgnoreShutdownAsync(() => ReactAsync(message, overTcp: false, response => _udp.SendToAsync(response, received.RemoteEndPoint, _stopping.Token).AsTask()));
        }
    });

    private Task ServeTcpAsync() => IgnoreShutdownAsync(async () =>
    {
        while (true)
        {
            var client = await _tcp.AcceptTcpClientAsync(_stopping.Token);
            _ = IgnoreShutdownAsync(() => ServeAsync(client));
        }
    });

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            var length = new byte[2];
            var isOpen = true;
            while (isOpen)
            {
                await stream.ReadExactlyAsync(length, _stopping.Token);
                var message = new byte[(length[0] << 8) | length[1]];
                await stream.ReadExactlyAsync(message, _stopping.Token);
                isOpen = await ReactAsync(message, overTcp: true, response => SendInPiecesAsync(stream, [.. DnsWire.Short(response.Length), .. response]));
            }
        }
    }

    private async Task SendInPiecesAsync(NetworkStream stream, byte[] bytes)
    {
        foreach (var piece in bytes.Take(3).Select(octet => new[] { octet }).Append(bytes[Math.Min(3, bytes.Length)..]))
        {
            await stream.WriteAsync(piece, _stopping.Token);
        }
    }

    private async Task<bool> ReactAsync(byte[] message, bool overTcp, Func<byte[], Task> send)
    {
        var query = DnsWire.ReadQuery(message, overTcp);
        DnsReaction reaction;
        TaskCompletionSource signal;
        lock (_lock)
        {
            reaction = _reactions.TryGetValue(query.Name, out var specific) && specific != DnsReaction.Answer ? specific : _defaultReaction;
            _queries.Add(query);
            (signal, _nextQuery) = (_nextQuery, NewSignal());
        }

        signal.SetResult();
        await (reaction.After ?? Task.CompletedTask).WaitAsync(_stopping.Token);
        var answer = LookUp(query);
        var isTooLong = !overTcp && answer.Length > (query.PayloadSize ?? PayloadSizeWithoutEdns);
        foreach (var response in (isTooLong && reaction.Respond == DnsReaction.Answer.Respond ? DnsReaction.Truncated : reaction).Respond(query, answer))
        {
            await send(response);
        }

        return !reaction.ClosesConnection;
    }

    private byte[] LookUp(ReceivedQuery query)
    {
        lock (_lock)
        {
            var answers = new List<(string, ZoneRecord)>();
            var name = query.Name;
            for (var aliases = 0; aliases < MaxAliases; aliases++)
            {
                if (!_zone.TryGetValue(name, out var records))
                {
                    return DnsWire.Answer(query, answers, code: 3);
                }

                answers.AddRange(records.Where(record => record is Cname || query.TypeNumber == record.Type).Select(record => (name, record)));
                if (records.OfType<Cname>().FirstOrDefault() is not { } alias)
                {
                    break;
                }

                name = alias.Target;
            }

            return DnsWire.Answer(query, answers);
        }
    }

    private static async Task IgnoreShutdownAsync(Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException or IOException)
        {
            // The server has stopped, or the client has closed the connection.
        }
    }
}
