using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Google.Protobuf;
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

    // Larger than all other frames together. So when as many bytes have been swallowed, the request was among them.
    private static readonly EchoRequest Large = new() { Payload = ByteString.CopyFrom(new byte[16 * 1024]) };

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private TempFolder _folder = null!;
    private TestTimeProvider _time = null!;
    private EchoServer _server = null!;
    private SwallowingProxy _proxy = null!;
    private TestServices _services = null!;
    private SemaphoreSlim _stalled = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _server = isSecured ? await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1", Name)) : await EchoServer.StartPlaintextAsync();
        _proxy = new SwallowingProxy(_server.Port);
        _stalled = new SemaphoreSlim(0);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
        _stalled.Dispose();
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
        await SwallowAsync();
        var call = await StartSwallowedAsync(new CallOptions(deadline: DateTime.UtcNow.AddSeconds(2)));
        _time.Advance(TimeSpan.FromSeconds(10));

        var failure = await FailAsync(call);
        failure.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
        await _services.Logs.Wait(306).WithTimeout();
        Description.LastFailure!.Reason.Should().Be(ConnectionFailureReason.Stalled);
        _services.Logs.Entries.Where(entry => entry.EventId == 306).Should().ContainSingle()
            .Which.Message.Should().Contain("nothing was received on its connection for");
        meter.Sum("endpoint_mtls.channel.stalls").Should().Be(1);
        await NewCallsUseAnotherConnectionAsync();
        Description.LastFailure.Should().BeNull("the new connection succeeded");
    }

    [Test]
    public async Task A_call_that_its_caller_cancels_on_a_silent_connection_lets_new_calls_use_another_each_time()
    {
        Start();
        for (var connections = 2; connections <= 3; connections++)
        {
            await SwallowAsync();
            (await FailCancelledAsync(TimeSpan.FromSeconds(10))).StatusCode.Should().Be(StatusCode.Cancelled);
            await NewCallsUseAnotherConnectionAsync(connections);
        }
    }

    [Test]
    public async Task Short_calls_find_a_silent_connection_together()
    {
        Start();
        await SwallowAsync();

        await FailCancelledAsync(TimeSpan.FromSeconds(5));
        Stalls.Should().Be(0);
        await FailCancelledAsync(TimeSpan.FromSeconds(5));

        await NewCallsUseAnotherConnectionAsync();
    }

    [Test]
    public async Task A_streaming_call_that_gets_no_response_counts_too()
    {
        Start();
        await SwallowAsync();
        using var cancellation = new CancellationTokenSource();
        var before = _proxy.Swallowed;
        using var call = new Echo.EchoClient(Channel).ServerStream(Large, cancellationToken: cancellation.Token);
        var first = call.ResponseStream.MoveNext(CancellationToken.None);
        await _proxy.WaitForSwallowedAsync(before + Large.Payload.Length);
        _time.Advance(TimeSpan.FromSeconds(10));
        await cancellation.CancelAsync();
        await FailAsync(first);

        await NewCallsUseAnotherConnectionAsync();
    }

    [Test]
    public async Task A_running_stream_stays_on_the_silent_connection_until_it_ends()
    {
        Start();
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        await SwallowAsync();
        await FailCancelledAsync(TimeSpan.FromSeconds(10));
        await NewCallsUseAnotherConnectionAsync();
        var read = running.ResponseStream.MoveNext(CancellationToken.None);

        read.IsCompleted.Should().BeFalse();
        Description.DrainingConnections.Should().Be(1);
        _time.Advance(TimeSpan.FromMinutes(5));
        EndpointConnectionException.ReasonOf(await FailAsync(read)).Should().Be(ConnectionFailureReason.Drained);
    }

    [Test]
    public async Task A_call_that_ends_on_a_replaced_connection_does_not_replace_the_new_one()
    {
        Start();
        await SwallowAsync();
        using var cancellation = new CancellationTokenSource();
        var late = await StartSwallowedAsync(new CallOptions(cancellationToken: cancellation.Token));
        await FailCancelledAsync(TimeSpan.FromSeconds(10));
        await NewCallsUseAnotherConnectionAsync();
        await cancellation.CancelAsync();
        await FailAsync(late);
        await CallAsync();

        Stalls.Should().Be(1);
        _proxy.Connections.Should().Be(2);
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
        await FailAsync(slow);
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
        await SwallowAsync();
        var unary = await StartSwallowedAsync(default);

        // The first timer may be that of a ping that the server has answered before.
        while (!unary.IsCompleted)
        {
            await Task.WhenAny(unary, _time.WaitForTimerAsync(TimeSpan.FromSeconds(20)));
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        RpcException[] failures = [await FailAsync(unary), await FailAsync(running.ResponseStream.MoveNext(CancellationToken.None))];
        failures.Should().OnlyContain(failure => failure.StatusCode == StatusCode.Unavailable);
        failures.Should().OnlyContain(failure => EndpointConnectionException.ReasonOf(failure) == ConnectionFailureReason.Stalled);
        failures[0].Status.Detail.Should().Contain("did not respond to an HTTP/2 ping within 'keepalive_timeout' (20s)");
        await CallAsync();
        _proxy.Connections.Should().Be(2);
    }

    private void HasKeptItsConnection()
    {
        Stalls.Should().Be(0);
        Description.DrainingConnections.Should().Be(0);
        Description.LastFailure.Should().BeNull();
    }

    private void Start(Action<RealmOptions>? change = null)
    {
        var tls = isSecured ? _folder.WriteRealm("eu", _root, null) : null;
        var realm = new RealmOptions { Name = "eu", Endpoints = { Target }, Group = isGroup, TlsConfig = tls };
        change?.Invoke(realm);
        var dns = new ScriptedResolver();
        dns.SetHost(Name + ".", "127.0.0.1");
        dns.SetHost(Name, "127.0.0.1");
        _services = new TestServices(services => services
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<IDnsResolver>(dns)
            .AddEndpointMtls(options => options.Realms.Add(realm)));
        _services.Logs.OnEntry = entry => _ = entry.EventId == 306 ? _stalled.Release() : 0;
    }

    private async Task CallAsync() => await new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

    /// <summary>Lets the proxy swallow what clients send while a call runs: its response is the last data that the client receives.</summary>
    private async Task SwallowAsync()
    {
        var hold = _server.HoldNextCall();
        var last = CallAsync();
        await hold.Reached.WithTimeout();
        _proxy.Swallow();
        hold.Release();
        await last;
    }

    private async Task NewCallsUseAnotherConnectionAsync(int connections = 2)
    {
        await _stalled.WaitAsync().WithTimeout();
        await CallAsync();
        _proxy.Connections.Should().Be(connections);
    }

    /// <summary>Makes a call that is swallowed, lets the time pass, and cancels the call.</summary>
    private async Task<RpcException> FailCancelledAsync(TimeSpan after)
    {
        using var cancellation = new CancellationTokenSource();
        var call = await StartSwallowedAsync(new CallOptions(cancellationToken: cancellation.Token));
        _time.Advance(after);
        await cancellation.CancelAsync();
        return await FailAsync(call);
    }

    /// <summary>Starts a call, and waits until its request was swallowed.</summary>
    private async Task<Task> StartSwallowedAsync(CallOptions options)
    {
        var before = _proxy.Swallowed;
        var call = new Echo.EchoClient(Channel).UnaryAsync(Large, options).ResponseAsync;
        await _proxy.WaitForSwallowedAsync(before + Large.Payload.Length);
        return call;
    }

    private static async Task<RpcException> FailAsync(Task call) => (await Assert.ThrowsAsync<RpcException>(() => call.WithTimeout()))!;

    private static async Task ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
    }
}
