using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.InteropTests.Networks;

/// <summary>Connections whose packets are lost, in a network namespace: how long it takes until calls succeed again, by the real clock.</summary>
public sealed class LostPacketsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(25);

    // Longer than each of the three rules that find a silent connection.
    private static readonly TimeSpan MaxCallTime = TimeSpan.FromSeconds(40);

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private readonly TempFolder _folder = new();
    private readonly Dictionary<Scenario, Task<Outcome>> _outcomes = [];
    private NetworkNamespace? _network;

    internal enum Fault
    {
        /// <summary>The packets of open connections are dropped. New connections work.</summary>
        HalfOpen,

        /// <summary>All packets are dropped for a while.</summary>
        BlackHole,

        /// <summary>Packets of open connections are answered with a TCP reset. New connections work.</summary>
        Reset,
    }

    internal enum Traffic
    {
        CallsWithDeadline,
        CallsWithoutDeadline,

        /// <summary>A streaming call on which nothing is sent.</summary>
        SilentStream,
    }

    // One address of a group is affected; the other works.
    internal sealed record Scenario(Fault Fault, Traffic Traffic, bool IsGroup)
    {
        public override string ToString() => $"{Fault}, {Traffic}, {(IsGroup ? "group" : "single address")}";
    }

    /// <param name="Failures">The failed calls.</param>
    /// <param name="Longest">The time of the longest call.</param>
    /// <param name="Recovery">The time from the fault to the first call of those that all succeeded.</param>
    internal sealed record Outcome(IReadOnlyCollection<RpcException> Failures, TimeSpan Longest, TimeSpan Recovery);

    internal static IEnumerable<Scenario> Scenarios =>
        from fault in Enum.GetValues<Fault>()
        from traffic in Enum.GetValues<Traffic>()
        from addresses in Enumerable.Range(1, fault == Fault.Reset ? 1 : 2)
        select new Scenario(fault, traffic, IsGroup: addresses == 2);

    /// <summary>Starts all scenarios: together, they take as long as the longest.</summary>
    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _network = await NetworkNamespace.CreateAsync();
        foreach (var (index, scenario) in Scenarios.Index())
            _outcomes[scenario] = RunAsync(scenario, 10_000 + index);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await ((Task)Task.WhenAll(_outcomes.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (_network?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    [TestCaseSource(nameof(Scenarios))]
    public async Task No_call_hangs_and_calls_succeed_again(object source)
    {
        var scenario = (Scenario)source;

        var outcome = await _outcomes[scenario];

        var statuses = string.Join(", ", outcome.Failures.CountBy(failure => failure.StatusCode).Select(count => $"{count.Value} {count.Key}"));
        TestContext.Out.WriteLine($"{scenario}: recovery {outcome.Recovery.TotalSeconds:F1} s; longest call {outcome.Longest.TotalSeconds:F1} s; {statuses}");
        outcome.Failures.Select(failure => failure.StatusCode).Should().OnlyContain(status =>
            status == StatusCode.Unavailable || (status == StatusCode.DeadlineExceeded && scenario.Traffic == Traffic.CallsWithDeadline));
        outcome.Recovery.Should().BeLessThan(scenario.Fault == Fault.BlackHole ? Outage + MaxCallTime : MaxCallTime);
        if (scenario.Fault != Fault.BlackHole && scenario.Traffic == Traffic.CallsWithDeadline)
            outcome.Recovery.Should().BeLessThan(TimeSpan.FromSeconds(20), "the deadlines find the connection before the operating system does");
    }

    private async Task<Outcome> RunAsync(Scenario scenario, int port)
    {
        IPAddress[] addresses = scenario.IsGroup ? [NetworkNamespace.AddressOf(0), NetworkNamespace.AddressOf(1)] : [NetworkNamespace.AddressOf(0)];
        await using var affected = await Backend.StartAsync(_network!, _root, new IPEndPoint(addresses[0], port));
        await using var other = scenario.IsGroup ? await Backend.StartAsync(_network!, _root, new IPEndPoint(addresses[1], port)) : null;
        var target = scenario.IsGroup ? $"dns+{Backend.Name}:{port}" : $"{addresses[0]}:{port}";
        await using var services = new ServiceCollection()
            .AddSingleton<IDnsResolver>(new Resolver(addresses))
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions
            {
                Name = $"realm-{port}",
                Endpoints = { target },
                Group = scenario.IsGroup,
                TlsConfig = _folder.WriteRealm($"{port}", _root, null),
            })).BuildServiceProvider();
        var invoker = services.GetRequiredService<IEndpointChannelFactory>().GetChannel(target).CreateCallInvoker();
        var calls = new Calls(invoker, scenario.Traffic == Traffic.CallsWithDeadline ? Deadline : null);
        for (HashSet<string> used = []; used.Count < addresses.Length;)
            used.Add(await calls.CallAsync());
        using var stream = scenario.Traffic == Traffic.SilentStream ? await WatchAsync(invoker, addresses[0]) : null;

        var clock = Stopwatch.StartNew();
        var restoring = await BreakAsync(scenario.Fault, new IPEndPoint(addresses[0], port));
        if (stream is not null)
            await calls.FailAsync(stream.ResponseStream.MoveNext(default).WaitAsync(MaxCallTime), clock);
        var recovery = await calls.UntilRecoveredAsync(clock);
        await restoring;
        return new Outcome(calls.Failures, calls.Longest, recovery);
    }

    /// <summary>Starts a streaming call to an address.</summary>
    private static async Task<AsyncServerStreamingCall<byte[]>> WatchAsync(CallInvoker invoker, IPAddress address)
    {
        while (true)
        {
            var call = invoker.AsyncServerStreamingCall(Backend.Watch, null, default, []);
            await call.ResponseStream.MoveNext(default).WithTimeout();
            if ((await call.ResponseHeadersAsync).GetValue(Backend.AddressHeader) == $"{address}")
                return call;
            call.Dispose();
        }
    }

    /// <returns>The end of the fault.</returns>
    private async Task<Task> BreakAsync(Fault fault, IPEndPoint server)
    {
        if (fault == Fault.BlackHole)
        {
            await _network!.DropAsync(server);
            return RestoreAsync();
        }

        var open = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
            .Where(connection => connection.RemoteEndPoint.Port == server.Port && connection.RemoteEndPoint.Address.MapToIPv4().Equals(server.Address))
            .Select(connection => connection.LocalEndPoint.Port).ToList();
        open.Should().NotBeEmpty();
        foreach (var port in open)
            await (fault == Fault.Reset ? _network!.ResetAsync(server, port) : _network!.DropAsync(server, port));
        return Task.CompletedTask;

        async Task RestoreAsync()
        {
            await Task.Delay(Outage);
            await _network!.RestoreAsync(server);
        }
    }

    /// <summary>Makes one call after the other.</summary>
    private sealed class Calls(CallInvoker invoker, TimeSpan? deadline)
    {
        private const int EnoughSuccesses = 20;

        public ConcurrentQueue<RpcException> Failures { get; } = new();

        public TimeSpan Longest { get; private set; }

        /// <returns>The address of the server.</returns>
        public async Task<string> CallAsync()
        {
            using var call = invoker.AsyncUnaryCall(Backend.Call, null, new CallOptions(deadline: DateTime.UtcNow + deadline), []);
            await call.ResponseAsync.WaitAsync(MaxCallTime);
            return (await call.ResponseHeadersAsync).GetValue(Backend.AddressHeader)!;
        }

        /// <summary>Calls until a number of calls in a row has succeeded. Returns when the first of them ended.</summary>
        public async Task<TimeSpan> UntilRecoveredAsync(Stopwatch clock)
        {
            var recovery = TimeSpan.Zero;
            for (var successes = 0; successes < EnoughSuccesses; successes++)
            {
                var start = clock.Elapsed;
                try
                {
                    await CallAsync();
                    if (successes == 0)
                        recovery = clock.Elapsed;
                }
                catch (RpcException exception)
                {
                    Failures.Enqueue(exception);
                    successes = -1;
                }

                Longest = clock.Elapsed - start is var time && time > Longest ? time : Longest;
                await Task.Delay(50);
            }

            return recovery;
        }

        public async Task FailAsync(Task call, Stopwatch clock)
        {
            try
            {
                await call;
            }
            catch (RpcException exception)
            {
                Failures.Enqueue(exception);
            }

            Longest = clock.Elapsed;
        }
    }

    private sealed class Resolver(IPAddress[] addresses) : IDnsResolver
    {
        public Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string host, System.Net.Sockets.AddressFamily family, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IPAddress>>(addresses);

        public Task<IReadOnlyList<DnsServiceRecord>> ResolveServicesAsync(string name, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
