using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>Which server is asked when, and what is said when none answers.</summary>
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
    public async Task The_first_server_is_asked_as_long_as_it_answers()
    {
        await AskAsync();
        await AskAsync();

        Asked().Should().Equal(2, 0, 0);
    }

    [Test]
    public async Task The_next_server_is_asked_when_one_fails([Values(0, 1, 2, 3)] int how)
    {
        _servers[0].OnAny(new[] { DnsReaction.ServFail, DnsReaction.Refused, DnsReaction.Body(1, []), DnsReaction.TruncatedEverywhere }[how]);

        (await AskAsync()).Should().HaveCount(1);
        _servers[1].Asked.Should().HaveCount(1);
        _servers[2].Asked.Should().BeEmpty();
    }

    [Test]
    public async Task The_next_server_is_asked_when_one_cannot_be_reached()
    {
        _servers[0].Dispose();

        (await AskAsync()).Should().HaveCount(1);
    }

    [Test]
    public async Task The_next_server_is_asked_when_the_time_of_one_is_over()
    {
        _servers[0].OnAny(DnsReaction.Silence);

        var asking = AskAsync();
        await _servers[0].WaitForQueryAsync(Host);
        _time.Advance(Timeout);

        (await asking).Should().HaveCount(1);
        Asked().Should().Equal(1, 1, 0);
    }

    [Test]
    public async Task A_server_that_was_silent_is_asked_after_the_others_for_a_while()
    {
        _servers[0].OnAny(DnsReaction.Silence);
        var asking = AskAsync();
        await _servers[0].WaitForQueryAsync(Host);
        _time.Advance(Timeout);
        await asking;

        await AskAsync();
        Asked().Should().Equal([1, 2, 0], "nobody waits for it again");

        _servers[0].OnAny(DnsReaction.Answer);
        _servers[1].OnAny(DnsReaction.ServFail);
        _servers[2].OnAny(DnsReaction.ServFail);
        await AskAsync();
        Asked().Should().Equal([2, 3, 1], "it is asked where the others fail");

        _servers[1].OnAny(DnsReaction.Answer);
        await AskAsync();
        Asked().Should().Equal([3, 3, 1], "it has answered");
    }

    [Test]
    public async Task A_server_that_was_silent_has_its_place_again_when_time_has_passed()
    {
        _servers[0].OnAny(DnsReaction.Silence);
        var asking = AskAsync();
        await _servers[0].WaitForQueryAsync(Host);
        _time.Advance(Timeout);
        await asking;
        _servers[0].OnAny(DnsReaction.Answer);

        _time.Advance(DnsClient.Disfavour);
        await AskAsync();

        Asked().Should().Equal(2, 1, 0);
    }

    [Test]
    public async Task A_server_that_says_that_there_is_nothing_is_believed()
    {
        _servers[0].Remove(Host);

        (await AskAsync()).Should().BeEmpty();
        Asked().Should().Equal(1, 0, 0);
    }

    [Test]
    public async Task All_servers_are_asked_in_as_many_rounds_as_are_set()
    {
        _servers.ForEach(server => server.OnAny(DnsReaction.ServFail));
        _servers[2].OnAny(DnsReaction.Silence);

        var asking = AskAsync(settings => settings with { Attempts = 3 });
        await _servers[2].WaitForQueryAsync(Host, count: 1);
        _time.Advance(Timeout);
        await _servers[2].WaitForQueryAsync(Host, count: 2);
        _servers[0].OnAny(DnsReaction.Answer);
        _time.Advance(Timeout);

        (await asking).Should().HaveCount(1);
        Asked().Should().Equal(3, 2, 2);
    }

    [Test]
    public async Task Lookups_begin_with_one_server_after_the_other_where_that_is_set()
    {
        for (var i = 0; i < 6; i++)
        {
            await AskAsync(settings => settings with { Rotates = true });
        }

        Asked().Should().Equal(2, 2, 2);
    }

    [Test]
    public async Task Who_begins_in_the_middle_asks_the_others_as_well()
    {
        _servers[1].OnAny(DnsReaction.ServFail);
        _servers[2].OnAny(DnsReaction.ServFail);

        await AskAsync(settings => settings with { Rotates = true });
        await AskAsync(settings => settings with { Rotates = true });

        Asked().Should().Equal(2, 1, 1);
    }

    [Test]
    public async Task When_none_answers_it_is_said_what_each_did_and_what_to_do()
    {
        _servers[0].OnAny(DnsReaction.ServFail);
        _servers[1].OnAny(DnsReaction.Silence);
        _servers[2].Dispose();

        var asking = AskAsync();
        await _servers[1].WaitForQueryAsync(Host);
        _servers[0].OnAny(DnsReaction.Refused);
        _time.Advance(Timeout);
        await _servers[1].WaitForQueryAsync(Host, count: 2);
        _time.Advance(Timeout);

        (await Assert.ThrowsAsync<DnsException>(() => asking))!.Message.Should().Be(
            $"Could not look up A 'store.test': {_servers[0].Endpoint} answered SERVFAIL, then answered REFUSED; {_servers[1].Endpoint} did not answer within 5 s; {_servers[2].Endpoint} does not listen there. Do this.");
    }

    [Test]
    public async Task Cancellation_ends_it_all()
    {
        using var cancellation = new CancellationTokenSource();
        _servers[0].OnAny(DnsReaction.Silence);

        var asking = AskAsync(cancellationToken: cancellation.Token);
        await _servers[0].WaitForQueryAsync(Host);
        await cancellation.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => asking);
        Asked().Should().Equal(1, 0, 0);
        _time.RunningTimers.Should().Be(0);
    }

    private IEnumerable<int> Asked() => _servers.Select(server => server.Asked.Count);

    private Task<IReadOnlyList<DnsRecord>> AskAsync(Func<DnsSettings, DnsSettings>? change = null, CancellationToken cancellationToken = default)
    {
        var settings = new DnsSettings { Servers = [.. _servers.Select(server => server.Endpoint)], Advice = "Do this" };
        return _client.AskAsync(new DnsQuestion(Host, DnsType.A), change?.Invoke(settings) ?? settings, cancellationToken).WithTimeout();
    }
}
