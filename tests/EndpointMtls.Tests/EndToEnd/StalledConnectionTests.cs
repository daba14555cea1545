using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Connections that a proxy swallows, and servers that are only slow. Calls go through the proxy, and the clock is fake.</summary>
[TestFixture(true, false)]
[TestFixture(true, true)]
[TestFixture(false, false)]
[TestFixture(false, true)]
public sealed class StalledConnectionTests(bool isSecured, bool isGroup)
{
    private const string Name = "stores.example";

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private TempFolder _folder = null!;
    private TestTimeProvider _time = null!;
    private EchoServer _server = null!;
    private SwallowingProxy _proxy = null!;
    private TestServices _services = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _server = isSecured ? await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1", Name)) : await EchoServer.StartPlaintextAsync();
        _proxy = new SwallowingProxy(_server.Port);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private string Target => isGroup ? $"dns+{Name}:{_proxy.Port}" : _proxy.Address;

    private GrpcChannel Channel => _services.Factory.GetChannel(Target);

    private int Stalls => _services.Logs.Entries.Count(entry => entry.EventId == 306);

    private EndpointDescription Description => _services.Factory.Describe(Target);

    [Test]
    public async Task A_call_that_reaches_its_deadline_on_a_silent_connection_lets_new_calls_use_another()
    {
        using var meter = new MeterRecorder($"stalled-{isSecured}-{isGroup}");
        Start(realm => realm.Name = $"stalled-{isSecured}-{isGroup}");
        await CallAsync();
        _proxy.Swallow();

        var failure = await FailAsync(new CallOptions(deadline: DateTime.UtcNow.AddSeconds(2)), TimeSpan.FromSeconds(10));

        failure.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
        await UntilStalled();
        Description.LastFailure!.Reason.Should().Be(ConnectionFailureReason.Stalled);
        _services.Logs.Entries.Where(entry => entry.EventId == 306).Should().ContainSingle()
            .Which.Message.Should().Contain("nothing was received on its connection for");
        meter.Sum("endpoint_mtls.channel.stalls").Should().Be(1);
        await CallAsync();
        _proxy.Connections.Should().BeGreaterThan(1);
        Description.LastFailure.Should().BeNull("the new connection succeeded");
    }

    [Test]
    public async Task A_call_that_its_caller_cancels_on_a_silent_connection_lets_new_calls_use_another()
    {
        Start();
        await CallAsync();
        _proxy.Swallow();

        (await FailCancelledAsync(TimeSpan.FromSeconds(10))).StatusCode.Should().Be(StatusCode.Cancelled);
        await UntilStalled();

        await CallAsync();
        _proxy.Connections.Should().BeGreaterThan(1);
    }

    [Test]
    public async Task Short_calls_find_a_silent_connection_together()
    {
        Start();
        await CallAsync();
        _proxy.Swallow();

        await FailCancelledAsync(TimeSpan.FromSeconds(5));
        Stalls.Should().Be(0);
        await FailCancelledAsync(TimeSpan.FromSeconds(5));
        await UntilStalled();

        await CallAsync();
        _proxy.Connections.Should().BeGreaterThan(1);
    }

    [Test]
    public async Task A_streaming_call_that_gets_no_response_counts_too()
    {
        Start();
        await CallAsync();
        _proxy.Swallow();
        using var cancellation = new CancellationTokenSource();
        using var call = new Echo.EchoClient(Channel).ServerStream(new EchoRequest { Count = 1 }, cancellationToken: cancellation.Token);
        var first = call.ResponseStream.MoveNext(CancellationToken.None);
        await EndAfterAsync(TimeSpan.FromSeconds(10), cancellation);
        await Assert.ThrowsAsync<RpcException>(() => first.WithTimeout());
        await UntilStalled();

        await CallAsync();

        _proxy.Connections.Should().BeGreaterThan(1);
    }

    [Test]
    public async Task A_running_stream_stays_on_the_silent_connection_until_it_ends()
    {
        Start();
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        _proxy.Swallow();
        await FailCancelledAsync(TimeSpan.FromSeconds(10));
        await UntilStalled();

        await CallAsync();
        var read = running.ResponseStream.MoveNext(CancellationToken.None);

        read.IsCompleted.Should().BeFalse();
        Description.DrainingConnections.Should().Be(1);
        _time.Advance(TimeSpan.FromMinutes(5));
        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => read.WithTimeout()))!).Should().Be(ConnectionFailureReason.Drained);
    }

    [Test]
    public async Task A_slow_call_whose_connection_still_receives_costs_none()
    {
        Start();
        var hold = _server.HoldNextCall();
        using var cancellation = new CancellationTokenSource();
        var slow = new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest(), cancellationToken: cancellation.Token).ResponseAsync;
        await hold.Reached.WithTimeout();
        for (var second = 0; second < 60; second += 5)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await CallAsync();
        }

        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => slow.WithTimeout());
        await CallAsync();

        HasKeptItsConnection();
    }

    [Test]
    public async Task A_slow_call_that_gets_its_response_costs_none()
    {
        Start();
        var hold = _server.HoldNextCall();
        var slow = CallAsync();
        await hold.Reached.WithTimeout();
        _time.Advance(TimeSpan.FromMinutes(1));
        hold.Release();

        await slow;
        await CallAsync();

        HasKeptItsConnection();
    }

    [Test]
    public async Task A_stream_that_is_silent_for_minutes_and_cancelled_costs_none()
    {
        Start();
        using (var running = new Echo.EchoClient(Channel).Duplex())
        {
            await ExchangeAsync(running);
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        await CallAsync();

        HasKeptItsConnection();
    }

    [Test]
    public async Task A_ping_without_a_response_ends_calls_with_Unavailable_and_the_reason()
    {
        Start(realm => (realm.KeepaliveTime, realm.KeepaliveWithoutCalls) = (TimeSpan.FromSeconds(1), true));
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        _proxy.Swallow();
        var unary = new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest()).ResponseAsync;
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(20)).WithTimeout();

        _time.Advance(TimeSpan.FromSeconds(20));

        var failures = new[]
        {
            await Assert.ThrowsAsync<RpcException>(() => unary.WithTimeout()),
            await Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()),
        };
        failures.Should().OnlyContain(failure => failure!.StatusCode == StatusCode.Unavailable);
        failures.Should().OnlyContain(failure => EndpointConnectionException.ReasonOf(failure!) == ConnectionFailureReason.Stalled);
        failures[0]!.Status.Detail.Should().Contain("did not respond to an HTTP/2 ping within 'keepalive_timeout' (20s)");
        await CallAsync();
        _proxy.Connections.Should().BeGreaterThan(1);
    }

    private void HasKeptItsConnection()
    {
        Stalls.Should().Be(0);
        Description.DrainingConnections.Should().Be(0);
        Description.LastFailure.Should().BeNull();
    }

    private void Start(Action<RealmOptions>? change = null)
    {
        var realm = new RealmOptions { Name = "eu", Endpoints = { Target }, Group = isGroup };
        if (isSecured)
        {
            realm.TlsConfig = _folder.WriteRealm("eu", _root, null);
        }

        change?.Invoke(realm);
        var dns = new ScriptedResolver();
        dns.SetHost(Name + ".", "127.0.0.1");
        dns.SetHost(Name, "127.0.0.1");
        _services = new TestServices(services => services
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<IDnsResolver>(dns)
            .AddEndpointMtls(options => options.Realms.Add(realm)));
    }

    private async Task CallAsync() => await new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

    /// <summary>Waits until a stall was handled. Calls again meanwhile: a call may have ended before its data was sent.</summary>
    private async Task UntilStalled()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Stalls == 0)
        {
            timeout.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(5));
            try
            {
                await new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddMilliseconds(200)).ResponseAsync.WithTimeout();
            }
            catch (RpcException exception)
            {
                exception.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
            }
        }
    }

    private async Task<RpcException> FailCancelledAsync(TimeSpan after)
    {
        using var cancellation = new CancellationTokenSource();
        var failed = FailAsync(new CallOptions(cancellationToken: cancellation.Token), after, cancellation);
        return await failed;
    }

    /// <summary>Starts a call that is swallowed, lets the time pass, and waits for the failure.</summary>
    private async Task<RpcException> FailAsync(CallOptions options, TimeSpan after, CancellationTokenSource? cancellation = null)
    {
        var call = new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest(), options).ResponseAsync;
        await EndAfterAsync(after, cancellation);
        return (await Assert.ThrowsAsync<RpcException>(() => call.WithTimeout()))!;
    }

    private async Task EndAfterAsync(TimeSpan time, CancellationTokenSource? cancellation)
    {
        await _proxy.Swallowed.WaitAsync().WithTimeout();
        _time.Advance(time);
        await (cancellation?.CancelAsync() ?? Task.CompletedTask);
    }

    private static async Task ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
    }
}
