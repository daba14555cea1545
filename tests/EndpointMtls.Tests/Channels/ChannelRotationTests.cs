using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>When channels switch to a new certificate of their realm.</summary>
public sealed class ChannelRotationTests
{
    private const int Channels = 16;

    private static readonly TimeSpan Jitter = TimeSpan.FromMinutes(1);

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private readonly List<EchoServer> _servers = [];
    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm() => _realm = new TestRealm(_root, _root.IssueClient("client-1"), realm => realm.TlsConfig!.RotationJitter = Jitter);

    [TearDown]
    public async Task CleanUp()
    {
        await _realm.DisposeAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _servers.Clear();
    }

    [Test]
    public async Task Channels_switch_at_different_times_within_the_jitter()
    {
        await StartServersAsync();
        await CallAllAsync();

        await RotateAsync("client-2");
        (await CallAllAsync()).Should().OnlyContain(peer => peer == "CN=client-1");

        var switched = new List<int>();
        for (var step = 0; step < 6; step++)
        {
            _realm.Time.Advance(Jitter / 6);
            switched.Add(await CountSwitchedAsync());
        }

        switched.Should().Contain(count => count > 0 && count < Channels);
        await _realm.Services.Logs.Wait(311, Channels).WithTimeout();
        (await CallAllAsync()).Should().OnlyContain(peer => peer == "CN=client-2");
    }

    [Test]
    public async Task A_second_rotation_within_the_jitter_does_not_delay_the_switch()
    {
        await StartServersAsync();
        await CallAllAsync();

        await RotateAsync("client-2");
        _realm.Time.Advance(Jitter / 2);
        await CountSwitchedAsync();
        await RotateAsync("client-3");
        _realm.Time.Advance(Jitter / 2);

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await CallAllAsync()).Contains("CN=client-1"))
        {
            timeout.Token.ThrowIfCancellationRequested();
        }
    }

    [Test]
    public async Task A_channel_has_a_timer_only_while_its_rotation_is_pending()
    {
        var timers = _realm.Time.UndisposedTimers;
        _realm.Services.Factory.GetChannel("127.0.0.1:1");
        _realm.Time.UndisposedTimers.Should().Be(timers);

        await RotateAsync("client-2");
        _realm.Time.UndisposedTimers.Should().Be(timers + 1);
        await RotateAsync("client-3");
        _realm.Time.UndisposedTimers.Should().Be(timers + 1);

        _realm.Time.Advance(Jitter);
        _realm.Time.UndisposedTimers.Should().Be(timers);
    }

    private async Task StartServersAsync()
    {
        var certificate = _root.IssueServer("127.0.0.1");
        for (var index = 0; index < Channels; index++)
        {
            _servers.Add(await EchoServer.StartTlsAsync(certificate, _root));
        }
    }

    /// <summary>Counts the channels that have switched, when those that have begun to are done.</summary>
    private async Task<int> CountSwitchedAsync()
    {
        await CallAllAsync();
        while (true)
        {
            var begun = _servers.Count(server => server.Connections > 1);
            if ((await CallAllAsync()).Count(peer => peer == "CN=client-2") is var switched && switched == begun)
            {
                return switched;
            }
        }
    }

    /// <returns>The subjects of the client certificates that the servers saw.</returns>
    private Task<string[]> CallAllAsync() => Task.WhenAll(_servers.Select(async server =>
    {
        var client = new Echo.EchoClient(_realm.Services.Factory.GetChannel(server.Address));
        return (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;
    }));

    private Task<LoadedCertificates> RotateAsync(string name) => _realm.RotateAsync(_root.IssueClient(name));
}
