using System.Net;
using System.Net.Sockets;
using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>The exchange with one name server.</summary>
public sealed class NameServerClientTests
{
    private const string Stores = "_grpc._tcp.stores.test";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly TestTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private LoopbackDnsServer _server = null!;

    [SetUp]
    public void StartServer()
    {
        _server = new LoopbackDnsServer();
        _server.Set(Stores, new Srv("a.test", 10901));
    }

    [TearDown]
    public void StopServer() => _server.Dispose();

    [Test]
    public async Task Queries_over_UDP_with_EDNS()
    {
        await QueryAsync();

        Queries().Should().Equal($"SRV {Stores} over UDP with EDNS");
        _server.Queries[0].PayloadSize.Should().Be(1232);
    }

    [Test]
    public async Task Uses_a_random_ID_and_a_new_port_for_each_query()
    {
        var ports = new List<int>();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        for (var i = 0; i < 8; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var lookup = QueryAsync((IPEndPoint)socket.LocalEndPoint!, cancellationToken: cancellation.Token);
            ports.Add(((IPEndPoint)(await socket.ReceiveFromAsync(new byte[512], new IPEndPoint(IPAddress.Any, 0)).WithTimeout()).RemoteEndPoint).Port);
            await cancellation.CancelAsync();
            await Assert.CatchAsync<OperationCanceledException>(() => lookup.WithTimeout());
            await QueryAsync();
        }

        ports.Distinct().Count().Should().BeGreaterThan(1);
        _server.Queries.Select(query => query.Id).Distinct().Count().Should().BeGreaterThan(4);
    }

    [Test]
    public async Task Ignores_messages_that_do_not_answer_the_query([Values] bool overTcp, [Values(0, 1, 2)] int messages)
    {
        _server.On(Stores, new[] { DnsReaction.WrongIdsFirst, DnsReaction.WrongQuestionFirst, DnsReaction.InvalidMessagesFirst }[messages]);

        (await QueryAsync(overTcp: overTcp)).Should().Equal("a.test");
        Queries().Should().HaveCount(1);
    }

    [Test]
    public async Task Repeats_a_query_over_TCP_after_a_truncated_response()
    {
        _server.On(Stores, DnsReaction.Truncated);

        (await QueryAsync()).Should().Equal("a.test");
        Queries().Should().Equal($"SRV {Stores} over UDP with EDNS", $"SRV {Stores} over TCP with EDNS");
    }

    [Test]
    public async Task Receives_a_response_that_is_too_long_for_a_datagram()
    {
        var hosts = Enumerable.Range(0, 500).Select(i => $"store-{i}.stores.test").ToArray();
        _server.Set(Stores, [.. hosts.Select(host => new Srv(host, 1))]);

        (await QueryAsync()).Should().Equal(hosts);
        Queries().Should().HaveCount(2);
    }

    [Test]
    public async Task Queries_over_TCP_only_with_use_vc()
    {
        (await QueryAsync(overTcp: true)).Should().Equal("a.test");

        Queries().Should().Equal($"SRV {Stores} over TCP with EDNS");
    }

    [Test]
    public async Task Repeats_a_query_without_EDNS_if_the_server_does_not_support_it([Values(0, 1, 2, 3, 4)] int response)
    {
        _server.On(Stores, DnsReaction.ToEdns(new[] { DnsReaction.FormErr, DnsReaction.NotImp, DnsReaction.BareCode(1), DnsReaction.BareCode(4), DnsReaction.ExtendedCode(16) }[response]));

        (await QueryAsync()).Should().Equal("a.test");
        Queries().Should().Equal($"SRV {Stores} over UDP with EDNS", $"SRV {Stores} over UDP");
    }

    [Test]
    public async Task Repeats_a_query_without_EDNS_over_TCP_after_a_truncated_response()
    {
        _server.Set(Stores, [.. Enumerable.Range(0, 50).Select(i => new Srv($"store-{i}.test", 1))]);
        _server.On(Stores, DnsReaction.ToEdns(DnsReaction.FormErr) with { Respond = (query, response) => query.PayloadSize is null ? DnsReaction.Truncated.Respond(query, response) : DnsReaction.FormErr.Respond(query, response) });

        (await QueryAsync()).Should().HaveCount(50);
        Queries().Should().Equal($"SRV {Stores} over UDP with EDNS", $"SRV {Stores} over UDP", $"SRV {Stores} over TCP");
    }

    [Test]
    public async Task Repeats_a_query_without_EDNS_only_once()
    {
        _server.On(Stores, DnsReaction.FormErr);

        (await FailAsync()).Should().Be("returned FORMERR");
        Queries().Should().HaveCount(2);
    }

    [Test]
    public async Task Returns_no_records_for_NXDOMAIN_and_for_a_name_without_data()
    {
        _server.Set(Stores);
        (await QueryAsync()).Should().BeEmpty();
        _server.Remove(Stores);
        (await QueryAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task Fails_with_any_other_response_code([Values("SERVFAIL", "REFUSED", "NOTIMP", "response code 9", "response code 23")] string code)
    {
        _server.On(Stores, code switch
        {
            "SERVFAIL" => DnsReaction.ServFail,
            "REFUSED" => DnsReaction.Refused,
            "NOTIMP" => DnsReaction.NotImp,
            "response code 9" => DnsReaction.Code(9),
            _ => DnsReaction.ExtendedCode(23),
        });

        (await FailAsync()).Should().Be($"returned {code}");
    }

    [Test]
    public async Task Fails_with_a_referral()
    {
        _server.On(Stores, DnsReaction.Body(0, [], flags: 0x8100));
        (await FailAsync()).Should().BeApproved();

        _server.On(Stores, DnsReaction.Body(1, DnsWire.Record([0xC0, 12], 5, DnsWire.Name("elsewhere.test")), flags: 0x8500));
        (await FailAsync()).Should().BeApproved();

        _server.On(Stores, DnsReaction.Body(0, [], flags: 0x8500));
        (await QueryAsync()).Should().BeEmpty("the answer is authoritative");

        _server.On(Stores, DnsReaction.Body(0, [], flags: 0x8180));
        (await QueryAsync()).Should().BeEmpty("the server supports recursion");
    }

    [Test]
    public async Task Fails_with_a_malformed_response([Values] bool overTcp)
    {
        _server.On(Stores, DnsReaction.Body(1, [0x80]));

        (await FailAsync(overTcp)).Should().BeApproved();
    }

    [Test]
    public async Task Fails_with_a_truncated_response_over_TCP()
    {
        _server.On(Stores, DnsReaction.TruncatedEverywhere);

        (await FailAsync()).Should().BeApproved();
    }

    [Test]
    public async Task Fails_if_the_connection_closes_without_a_response()
    {
        _server.On(Stores, DnsReaction.CloseConnection);

        (await FailAsync(overTcp: true)).Should().BeApproved();
    }

    [Test]
    public async Task Fails_if_the_connection_closes_within_a_message()
    {
        using var peer = new RawPeer(async stream =>
        {
            await stream.ReadExactlyAsync(new byte[14]);
            await stream.WriteAsync(new byte[] { 0xFF, 0xFF, 1, 2, 3 });
            stream.Socket.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null);
        });

        (await Assert.ThrowsAsync<NameServerException>(() => QueryAsync(IPEndPoint.Parse(peer.Address), overTcp: true)))!.Message.Should().BeApproved();
    }

    [Test]
    public async Task Fails_immediately_if_the_port_is_closed([Values] bool overTcp)
    {
        var endpoint = _server.Endpoint;
        _server.Dispose();

        (await Assert.ThrowsAsync<NameServerException>(() => QueryAsync(endpoint, overTcp: overTcp)))!.Message.Should().BeApproved();
    }

    [Test]
    public async Task Fails_if_there_is_no_response_within_the_timeout([Values] bool overTcp)
    {
        _server.On(Stores, DnsReaction.Silence);

        var lookup = QueryAsync(overTcp: overTcp);
        await _server.WaitForQueryAsync(Stores);
        _time.Advance(Timeout - TimeSpan.FromTicks(1));
        _time.RunningTimers.Should().Be(1);
        _time.Advance(TimeSpan.FromTicks(1));

        (await Assert.ThrowsAsync<NameServerException>(() => lookup))!.Message.Should().BeApproved();
        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public async Task Uses_one_timeout_for_UDP_and_TCP_together()
    {
        _server.On(Stores, new DnsReaction((query, response) => query.OverTcp ? [] : DnsReaction.Truncated.Respond(query, response)));

        var lookup = QueryAsync();
        await _server.WaitForQueryAsync(Stores, count: 2);
        _time.RunningTimers.Should().Be(1);
        _time.Advance(Timeout);

        (await Assert.ThrowsAsync<NameServerException>(() => lookup))!.Message.Should().BeApproved();
    }

    [Test]
    public async Task Cancellation_stops_a_query_immediately([Values] bool overTcp)
    {
        using var cancellation = new CancellationTokenSource();
        _server.On(Stores, DnsReaction.Silence);

        var lookup = QueryAsync(overTcp: overTcp, cancellationToken: cancellation.Token);
        await _server.WaitForQueryAsync(Stores);
        await cancellation.CancelAsync();

        (await Assert.CatchAsync<OperationCanceledException>(() => lookup))!.CancellationToken.Should().Be(cancellation.Token);
    }

    private IEnumerable<string> Queries() => _server.Queries.Select(query => query.ToString());

    private async Task<string> FailAsync(bool overTcp = false) => (await Assert.ThrowsAsync<NameServerException>(() => QueryAsync(overTcp: overTcp)))!.Message;

    private Task<IEnumerable<string>> QueryAsync(bool overTcp = false, CancellationToken cancellationToken = default) => QueryAsync(_server.Endpoint, overTcp, cancellationToken);

    private async Task<IEnumerable<string>> QueryAsync(IPEndPoint endpoint, bool overTcp = false, CancellationToken cancellationToken = default)
    {
        var settings = new DnsSettings { Servers = [endpoint], Advice = "", UsesTcp = overTcp, Timeout = Timeout };
        var response = await new NameServerClient(endpoint, settings, _time).QueryAsync(new DnsQuestion(Stores, DnsType.SRV), cancellationToken).WithTimeout();
        return response.Records.Cast<ServiceRecord>().Select(record => record.Service.Target);
    }
}
