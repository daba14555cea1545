using System.Net;
using System.Net.Sockets;
using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>What passes between us and one server.</summary>
public sealed class NameServerTests
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
    public async Task A_question_is_asked_over_UDP_with_EDNS()
    {
        await AskAsync();

        Asked().Should().Equal($"SRV {Stores} over UDP with EDNS");
        _server.Asked[0].PayloadSize.Should().Be(1232);
    }

    [Test]
    public async Task Queries_have_numbers_and_ports_of_their_own()
    {
        var ports = new List<int>();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        for (var i = 0; i < 8; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var asking = AskAsync((IPEndPoint)socket.LocalEndPoint!, cancellationToken: cancellation.Token);
            ports.Add(((IPEndPoint)(await socket.ReceiveFromAsync(new byte[512], new IPEndPoint(IPAddress.Any, 0)).WithTimeout()).RemoteEndPoint).Port);
            await cancellation.CancelAsync();
            await Assert.CatchAsync<OperationCanceledException>(() => asking.WithTimeout());
            await AskAsync();
        }

        ports.Distinct().Count().Should().BeGreaterThan(1);
        _server.Asked.Select(asked => asked.Id).Distinct().Count().Should().BeGreaterThan(4);
    }

    [Test]
    public async Task What_is_no_answer_to_the_question_is_passed_over([Values] bool overTcp, [Values(0, 1, 2)] int what)
    {
        _server.On(Stores, new[] { DnsReaction.WrongIdsFirst, DnsReaction.WrongQuestionFirst, DnsReaction.RubbishFirst }[what]);

        (await AskAsync(overTcp: overTcp)).Should().Equal("a.test");
        Asked().Should().HaveCount(1);
    }

    [Test]
    public async Task A_truncated_answer_is_fetched_over_TCP_from_the_same_server()
    {
        _server.On(Stores, DnsReaction.Truncated);

        (await AskAsync()).Should().Equal("a.test");
        Asked().Should().Equal($"SRV {Stores} over UDP with EDNS", $"SRV {Stores} over TCP with EDNS");
    }

    [Test]
    public async Task An_answer_too_long_for_a_datagram_arrives_whole()
    {
        var hosts = Enumerable.Range(0, 500).Select(i => $"store-{i}.stores.test").ToArray();
        _server.Set(Stores, [.. hosts.Select(host => new Srv(host, 1))]);

        (await AskAsync()).Should().Equal(hosts);
        Asked().Should().HaveCount(2);
    }

    [Test]
    public async Task UDP_is_not_even_tried_where_use_vc_is_set()
    {
        (await AskAsync(overTcp: true)).Should().Equal("a.test");

        Asked().Should().Equal($"SRV {Stores} over TCP with EDNS");
    }

    [Test]
    public async Task A_server_that_does_not_know_EDNS_is_asked_without([Values(0, 1, 2, 3, 4)] int how)
    {
        _server.On(Stores, DnsReaction.ToEdns(new[] { DnsReaction.FormErr, DnsReaction.NotImp, DnsReaction.BareCode(1), DnsReaction.BareCode(4), DnsReaction.ExtendedCode(16) }[how]));

        (await AskAsync()).Should().Equal("a.test");
        Asked().Should().Equal($"SRV {Stores} over UDP with EDNS", $"SRV {Stores} over UDP");
    }

    [Test]
    public async Task An_answer_that_is_too_long_without_EDNS_is_fetched_over_TCP_without_it()
    {
        _server.Set(Stores, [.. Enumerable.Range(0, 50).Select(i => new Srv($"store-{i}.test", 1))]);
        _server.On(Stores, DnsReaction.ToEdns(DnsReaction.FormErr) with { Make = (asked, answer) => asked.PayloadSize is null ? DnsReaction.Truncated.Make(asked, answer) : DnsReaction.FormErr.Make(asked, answer) });

        (await AskAsync()).Should().HaveCount(50);
        Asked().Should().Equal($"SRV {Stores} over UDP with EDNS", $"SRV {Stores} over UDP", $"SRV {Stores} over TCP");
    }

    [Test]
    public async Task EDNS_is_left_out_once_only()
    {
        _server.On(Stores, DnsReaction.FormErr);

        (await FailAsync()).Should().Be("answered FORMERR");
        Asked().Should().HaveCount(2);
    }

    [Test]
    public async Task A_name_that_does_not_exist_and_one_without_data_are_answers()
    {
        _server.Set(Stores);
        (await AskAsync()).Should().BeEmpty();
        _server.Remove(Stores);
        (await AskAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task Codes_that_say_nothing_of_the_name_are_failures([Values("SERVFAIL", "REFUSED", "NOTIMP", "with code 9", "with code 23")] string code)
    {
        _server.On(Stores, code switch
        {
            "SERVFAIL" => DnsReaction.ServFail,
            "REFUSED" => DnsReaction.Refused,
            "NOTIMP" => DnsReaction.NotImp,
            "with code 9" => DnsReaction.Code(9),
            _ => DnsReaction.ExtendedCode(23),
        });

        (await FailAsync()).Should().Be($"answered {code}");
    }

    [Test]
    public async Task A_server_that_only_points_to_others_has_not_said_that_there_is_nothing()
    {
        _server.On(Stores, DnsReaction.Body(0, [], flags: 0x8100));
        (await FailAsync()).Should().Be("points to other servers, and does not ask them itself");

        _server.On(Stores, DnsReaction.Body(1, DnsWire.Record([0xC0, 12], 5, DnsWire.Name("elsewhere.test")), flags: 0x8500));
        (await FailAsync()).Should().Be("points to other servers, and does not ask them itself");

        _server.On(Stores, DnsReaction.Body(0, [], flags: 0x8500));
        (await AskAsync()).Should().BeEmpty("it is the one who knows");

        _server.On(Stores, DnsReaction.Body(0, [], flags: 0x8180));
        (await AskAsync()).Should().BeEmpty("it has asked the one who knows");
    }

    [Test]
    public async Task An_answer_that_is_malformed_is_a_failure([Values] bool overTcp)
    {
        _server.On(Stores, DnsReaction.Body(1, [0x80]));

        (await FailAsync(overTcp)).Should().Be("sent a malformed answer (a name that goes on behind the end)");
    }

    [Test]
    public async Task Truncation_over_TCP_is_a_failure()
    {
        _server.On(Stores, DnsReaction.TruncatedEverywhere);

        (await FailAsync()).Should().Be("cut its answer short although it came over TCP");
    }

    [Test]
    public async Task A_connection_that_ends_early_is_a_failure()
    {
        _server.On(Stores, DnsReaction.HangUp);

        (await FailAsync(overTcp: true)).Should().StartWith("closed the connection");
    }

    [Test]
    public async Task A_message_shorter_than_its_length_is_a_failure()
    {
        using var peer = new RawPeer(async stream =>
        {
            await stream.ReadExactlyAsync(new byte[14]);
            await stream.WriteAsync(new byte[] { 0xFF, 0xFF, 1, 2, 3 });
            stream.Socket.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null);
        });

        (await Assert.ThrowsAsync<NameServerException>(() => AskAsync(IPEndPoint.Parse(peer.Address), overTcp: true)))!.Message.Should().Be("closed the connection before it had answered");
    }

    [Test]
    public async Task Nobody_listening_is_a_failure_at_once([Values] bool overTcp)
    {
        var endpoint = _server.Endpoint;
        _server.Dispose();

        (await Assert.ThrowsAsync<NameServerException>(() => AskAsync(endpoint, overTcp: overTcp)))!.Message.Should().Be("does not listen there");
    }

    [Test]
    public async Task Silence_is_a_failure_when_the_time_is_over([Values] bool overTcp)
    {
        _server.On(Stores, DnsReaction.Silence);

        var asking = AskAsync(overTcp: overTcp);
        await _server.WaitForQueryAsync(Stores);
        _time.Advance(Timeout - TimeSpan.FromTicks(1));
        _time.RunningTimers.Should().Be(1);
        _time.Advance(TimeSpan.FromTicks(1));

        (await Assert.ThrowsAsync<NameServerException>(() => asking))!.Message.Should().Be("did not answer within 5 s");
        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public async Task A_server_has_one_time_for_all_that_it_is_asked()
    {
        _server.On(Stores, new DnsReaction((asked, answer) => asked.OverTcp ? [] : DnsReaction.Truncated.Make(asked, answer)));

        var asking = AskAsync();
        await _server.WaitForQueryAsync(Stores, count: 2);
        _time.RunningTimers.Should().Be(1);
        _time.Advance(Timeout);

        (await Assert.ThrowsAsync<NameServerException>(() => asking))!.Message.Should().Be("did not answer within 5 s");
    }

    [Test]
    public async Task Cancellation_ends_the_wait_at_once([Values] bool overTcp)
    {
        using var cancellation = new CancellationTokenSource();
        _server.On(Stores, DnsReaction.Silence);

        var asking = AskAsync(overTcp: overTcp, cancellationToken: cancellation.Token);
        await _server.WaitForQueryAsync(Stores);
        await cancellation.CancelAsync();

        (await Assert.CatchAsync<OperationCanceledException>(() => asking))!.CancellationToken.Should().Be(cancellation.Token);
    }

    private IEnumerable<string> Asked() => _server.Asked.Select(asked => asked.ToString());

    private async Task<string> FailAsync(bool overTcp = false) => (await Assert.ThrowsAsync<NameServerException>(() => AskAsync(overTcp: overTcp)))!.Message;

    private Task<IEnumerable<string>> AskAsync(bool overTcp = false, CancellationToken cancellationToken = default) => AskAsync(_server.Endpoint, overTcp, cancellationToken);

    private async Task<IEnumerable<string>> AskAsync(IPEndPoint endpoint, bool overTcp = false, CancellationToken cancellationToken = default)
    {
        var settings = new DnsSettings { Servers = [endpoint], Advice = "", UsesTcp = overTcp, Timeout = Timeout };
        var reply = await new NameServer(endpoint, settings, _time).AskAsync(new DnsQuestion(Stores, DnsType.SRV), cancellationToken).WithTimeout();
        return reply.Records.Cast<ServiceRecord>().Select(record => record.Service.Target);
    }
}
