using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>The order in which name servers are queried, and the error if none answers.</summary>
public sealed class DnsClientTests
{
    private const string Host = "store.test";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly TestTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly List<LoopbackDnsServer> _servers = [];
    private DnsClient _client = null!;

    [SetUp]
    public void StartServers()
    {
        _servers.AddRange([new(), new(), new()]);
        _servers.ForEach(server => server.Set(Host, new A("10.0.0.1")));
        _client = new DnsClient(_time);
    }

    [TearDown]
    public void StopServers()
    {
        _servers.ForEach(server => server.Dispose());
        _servers.Clear();
    }

    [Test]
    public async Task Queries_the_first_server_while_it_answers()
    {
        await QueryAsync();
        await QueryAsync();

        QueryCounts().Should().Equal(2, 0, 0);
    }

    [Test]
    public async Task Queries_the_next_server_after_a_failure([Values(0, 1, 2, 3)] int failure)
    {
        _servers[0].OnAny(new[] { DnsReaction.ServFail, DnsReaction.Refused, DnsReaction.Body(1, []), DnsReaction.TruncatedEverywhere }[failure]);

        (await QueryAsync()).Should().HaveCount(1);
        _servers[1].Queries.Should().HaveCount(1);
        _servers[2].Queries.Should().BeEmpty();
    }

    [Test]
    public async Task Queries_the_next_server_if_one_is_unreachable()
    {
        _servers[0].Dispose();

        (await QueryAsync()).Should().HaveCount(1);
    }

    [Test]
    public async Task Queries_the_next_server_after_a_timeout()
    {
        _servers[0].OnAny(DnsReaction.Silence);

        var lookup = QueryAsync();
        await _servers[0].WaitForQueryAsync(Host);
        _time.Advance(Timeout);

        (await lookup).Should().HaveCount(1);
        QueryCounts().Should().Equal(1, 1, 0);
    }

    [Test]
    public async Task Queries_a_silent_server_last_during_its_cool_down()
    {
        _servers[0].OnAny(DnsReaction.Silence);
        var lookup = QueryAsync();
        await _servers[0].WaitForQueryAsync(Host);
        _time.Advance(Timeout);
        await lookup;

        await QueryAsync();
        QueryCounts().Should().Equal([1, 2, 0], "the first server is in its cool-down");

        _servers[0].OnAny(DnsReaction.Answer);
        _servers[1].OnAny(DnsReaction.ServFail);
        _servers[2].OnAny(DnsReaction.ServFail);
        await QueryAsync();
        QueryCounts().Should().Equal([2, 3, 1], "both other servers fail");

        _servers[1].OnAny(DnsReaction.Answer);
        await QueryAsync();
        QueryCounts().Should().Equal([3, 3, 1], "an answer ends the cool-down");
    }

    [Test]
    public async Task Queries_a_silent_server_in_its_order_after_the_cool_down()
    {
        _servers[0].OnAny(DnsReaction.Silence);
        var lookup = QueryAsync();
        await _servers[0].WaitForQueryAsync(Host);
        _time.Advance(Timeout);
        await lookup;
        _servers[0].OnAny(DnsReaction.Answer);

        _time.Advance(DnsClient.CoolDown);
        await QueryAsync();

        QueryCounts().Should().Equal(2, 1, 0);
    }

    [Test]
    public async Task Accepts_NXDOMAIN_of_the_first_server()
    {
        _servers[0].Remove(Host);

        (await QueryAsync()).Should().BeEmpty();
        QueryCounts().Should().Equal(1, 0, 0);
    }

    [Test]
    public async Task Queries_each_server_up_to_the_number_of_attempts()
    {
        _servers.ForEach(server => server.OnAny(DnsReaction.ServFail));
        _servers[2].OnAny(DnsReaction.Silence);

        var lookup = QueryAsync(settings => settings with { Attempts = 3 });
        await _servers[2].WaitForQueryAsync(Host, count: 1);
        _time.Advance(Timeout);
        await _servers[2].WaitForQueryAsync(Host, count: 2);
        _servers[0].OnAny(DnsReaction.Answer);
        _time.Advance(Timeout);

        (await lookup).Should().HaveCount(1);
        QueryCounts().Should().Equal(3, 2, 2);
    }

    [Test]
    public async Task Rotate_starts_each_lookup_with_the_next_server()
    {
        for (var i = 0; i < 6; i++)
        {
            await QueryAsync(settings => settings with { Rotate = true });
        }

        QueryCounts().Should().Equal(2, 2, 2);
    }

    [Test]
    public async Task Rotate_queries_the_other_servers_after_a_failure()
    {
        _servers[1].OnAny(DnsReaction.ServFail);
        _servers[2].OnAny(DnsReaction.ServFail);

        await QueryAsync(settings => settings with { Rotate = true });
        await QueryAsync(settings => settings with { Rotate = true });

        QueryCounts().Should().Equal(2, 1, 1);
    }

    [Test]
    public async Task The_error_names_the_failures_of_each_server_and_the_fix()
    {
        _servers[0].OnAny(DnsReaction.ServFail);
        _servers[1].OnAny(DnsReaction.Silence);
        _servers[2].Dispose();

        var lookup = QueryAsync();
        await _servers[1].WaitForQueryAsync(Host);
        _servers[0].OnAny(DnsReaction.Refused);
        _time.Advance(Timeout);
        await _servers[1].WaitForQueryAsync(Host, count: 2);
        _time.Advance(Timeout);

        var message = (await Assert.ThrowsAsync<DnsException>(() => lookup))!.Message;
        message.Should().ContainAll($"{_servers[0].Endpoint} returned", $"{_servers[1].Endpoint} sent no response", $"{_servers[2].Endpoint} does not listen");
        message.Should().BeApproved();
    }

    [Test]
    public async Task Cancellation_stops_the_lookup()
    {
        using var cancellation = new CancellationTokenSource();
        _servers[0].OnAny(DnsReaction.Silence);

        var lookup = QueryAsync(cancellationToken: cancellation.Token);
        await _servers[0].WaitForQueryAsync(Host);
        await cancellation.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => lookup);
        QueryCounts().Should().Equal(1, 0, 0);
        _time.RunningTimers.Should().Be(0);
    }

    private IEnumerable<int> QueryCounts() => _servers.Select(server => server.Queries.Count);

    private Task<IReadOnlyList<DnsRecord>> QueryAsync(Func<DnsSettings, DnsSettings>? change = null, CancellationToken cancellationToken = default)
    {
        var settings = new DnsSettings { Servers = [.. _servers.Select(server => server.Endpoint)], Advice = "Do this" };
        return _client.QueryAsync(new DnsQuestion(Host, DnsType.A), change?.Invoke(settings) ?? settings, cancellationToken).WithTimeout();
    }
}
