using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Tests.Support;

/// <summary>A DNS server on 127.0.0.1, over UDP and TCP on one port of the system's choice. What it serves can change at any time.</summary>
/// <remarks>A name without records has no data; one that was never heard of does not exist.</remarks>
internal sealed class LoopbackDnsServer : IDisposable
{
    private const int WithoutEdns = 512;
    private const int MostAliases = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ZoneRecord[]> _zone = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DnsReaction> _reactions = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<AskedQuestion> _asked = [];
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _tcp;
    private readonly Socket _udp;
    private DnsReaction _usual = DnsReaction.Answer;
    private TaskCompletionSource _more = NewSignal();

    public LoopbackDnsServer()
    {
        (_tcp, _udp) = Listen();
        Endpoint = (IPEndPoint)_tcp.LocalEndpoint;
        _ = ServeUdpAsync();
        _ = ServeTcpAsync();
    }

    public IPEndPoint Endpoint { get; }

    /// <summary>What was asked so far, in the order in which it arrived.</summary>
    public IReadOnlyList<AskedQuestion> Asked
    {
        get
        {
            lock (_lock)
            {
                return [.. _asked];
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

    /// <summary>Gives a name these records instead of those that it has.</summary>
    public void Set(string name, params ZoneRecord[] records)
    {
        lock (_lock)
        {
            _zone[name] = records;
        }
    }

    /// <summary>Has a name exist no more.</summary>
    public void Remove(string name)
    {
        lock (_lock)
        {
            _zone.Remove(name);
        }
    }

    /// <summary>Reacts in this way to questions about a name from now on. <see cref="DnsReaction.Answer"/> brings back the usual.</summary>
    public void On(string name, DnsReaction reaction)
    {
        lock (_lock)
        {
            _reactions[name] = reaction;
        }
    }

    /// <summary>Reacts in this way to all other questions from now on.</summary>
    public void OnAny(DnsReaction reaction)
    {
        lock (_lock)
        {
            _usual = reaction;
        }
    }

    /// <summary>Has all answers wait for a signal, those to questions that come after this.</summary>
    public void Hold(Task until)
    {
        lock (_lock)
        {
            _usual = _usual with { After = until };
        }
    }

    /// <summary>Waits until a name has been asked for so many times in all.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type of records; any if none is given.</param>
    /// <param name="count">How many times.</param>
    /// <returns>The last of these questions.</returns>
    public async Task<AskedQuestion> WaitForQueryAsync(string name, string? type = null, int count = 1)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                var found = _asked.Where(asked => asked.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && (type is null || asked.Type == type)).ToArray();
                if (found.Length >= count)
                {
                    return found[count - 1];
                }

                more = _more.Task;
            }

            await more.WithTimeout();
        }
    }

    /// <summary>Stops the server; from then on nobody listens there.</summary>
    public void Dispose()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        _end.Cancel();
        _tcp.Dispose();
        _udp.Dispose();
        _end.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The port that is free for one protocol may be taken in the other.
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

    private Task ServeUdpAsync() => UntilTheEndAsync(async () =>
    {
        var buffer = new byte[ushort.MaxValue];
        while (true)
        {
            var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _end.Token);
            var query = buffer[..received.ReceivedBytes];
            _ = UntilTheEndAsync(() => ReactAsync(query, overTcp: false, message => _udp.SendToAsync(message, received.RemoteEndPoint, _end.Token).AsTask()));
        }
    });

    private Task ServeTcpAsync() => UntilTheEndAsync(async () =>
    {
        while (true)
        {
            var client = await _tcp.AcceptTcpClientAsync(_end.Token);
            _ = UntilTheEndAsync(() => ServeAsync(client));
        }
    });

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            var length = new byte[2];
            var goesOn = true;
            while (goesOn)
            {
                await stream.ReadExactlyAsync(length, _end.Token);
                var query = new byte[(length[0] << 8) | length[1]];
                await stream.ReadExactlyAsync(query, _end.Token);
                goesOn = await ReactAsync(query, overTcp: true, message => SendInPiecesAsync(stream, [.. DnsWire.Short(message.Length), .. message]));
            }
        }
    }

    private async Task SendInPiecesAsync(NetworkStream stream, byte[] bytes)
    {
        foreach (var piece in bytes.Take(3).Select(octet => new[] { octet }).Append(bytes[Math.Min(3, bytes.Length)..]))
        {
            await stream.WriteAsync(piece, _end.Token);
        }
    }

    private async Task<bool> ReactAsync(byte[] query, bool overTcp, Func<byte[], Task> send)
    {
        var asked = DnsWire.ReadQuery(query, overTcp);
        DnsReaction reaction;
        TaskCompletionSource more;
        lock (_lock)
        {
            reaction = _reactions.TryGetValue(asked.Name, out var special) && special != DnsReaction.Answer ? special : _usual;
            _asked.Add(asked);
            (more, _more) = (_more, NewSignal());
        }

        more.SetResult();
        await (reaction.After ?? Task.CompletedTask).WaitAsync(_end.Token);
        var answer = LookUp(asked);
        var tooLong = !overTcp && answer.Length > (asked.PayloadSize ?? WithoutEdns);
        foreach (var message in (tooLong && reaction.Make == DnsReaction.Answer.Make ? DnsReaction.Truncated : reaction).Make(asked, answer))
        {
            await send(message);
        }

        return !reaction.HangsUp;
    }

    private byte[] LookUp(AskedQuestion asked)
    {
        lock (_lock)
        {
            var answers = new List<(string, ZoneRecord)>();
            var name = asked.Name;
            for (var aliases = 0; aliases < MostAliases; aliases++)
            {
                if (!_zone.TryGetValue(name, out var records))
                {
                    return DnsWire.Answer(asked, answers, code: 3);
                }

                answers.AddRange(records.Where(record => record is Cname || asked.TypeNumber == record.Type).Select(record => (name, record)));
                if (records.OfType<Cname>().FirstOrDefault() is not { } alias)
                {
                    break;
                }

                name = alias.Target;
            }

            return DnsWire.Answer(asked, answers);
        }
    }

    private static async Task UntilTheEndAsync(Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException or IOException)
        {
            // The test is over, or the client hung up.
        }
    }
}
