using System.Diagnostics;
using EndpointMtls.Comparisons.Calls;
using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Serving;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Comparisons.Rotating;

/// <summary>Measures the rotation of the certificate of many channels in use.</summary>
internal sealed class RotationComparison : IAsyncDisposable
{
    private const int Callers = 32;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Closing = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan RotationTimeout = TimeSpan.FromMinutes(3);

    private readonly Pki _pki;
    private readonly ServerProcess _server;
    private readonly ServiceProvider _services;
    private readonly IReadOnlyList<GrpcChannel> _channels;

    private RotationComparison(Pki pki, ServerProcess server, Action<TlsOptions>? configure)
    {
        (_pki, _server) = (pki, server);
        _services = Ways.AddOurs(Pki.TargetIn(pki.Folder), configure);
        var factory = _services.GetRequiredService<IEndpointChannelFactory>();
        _channels = [.. server.TlsPorts.Select(port => factory.GetChannel($"localhost:{port}"))];
    }

    /// <summary>Starts a server on a number of ports, and creates a channel to each.</summary>
    public static async Task<RotationComparison> StartAsync(int channels, Action<TlsOptions>? configure, CancellationToken cancellation)
    {
        var pki = new Pki();
        return new RotationComparison(pki, await ServerProcess.StartAsync(pki.Folder, channels, cancellation), configure);
    }

    /// <summary>Rotates the certificate under load.</summary>
    /// <param name="calm">How long to measure before the rotation.</param>
    /// <param name="cancellation">Cancels the run.</param>
    public async Task<Rotation> RotateAsync(TimeSpan calm, CancellationToken cancellation)
    {
        var load = new RotationLoad(_channels, Callers);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = load.RunAsync(end.Token);
        try
        {
            return await RotateAsync(load, running, end, calm, cancellation);
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    private async Task<Rotation> RotateAsync(RotationLoad load, Task<IReadOnlyList<Call>> running, CancellationTokenSource end, TimeSpan calm, CancellationToken cancellation)
    {
        await load.AllUse(_pki.SerialNumber).WaitAsync(RotationTimeout, cancellation);
        await Task.Delay(Settling, cancellation); // Wait until the connections of the last rotation have closed.

        var (begun, cpuAtBegin) = (Stopwatch.GetTimestamp(), ProcessTree.CpuTime());
        await Task.Delay(calm, cancellation);

        _pki.IssueClient();
        var (renewed, cpuAtRenewal) = (Stopwatch.GetTimestamp(), ProcessTree.CpuTime());
        var done = await load.AllUse(_pki.SerialNumber).WaitAsync(RotationTimeout, cancellation);
        var cpuAtEnd = ProcessTree.CpuTime();
        await end.CancelAsync();

        var calls = await running;
        return new Rotation(
            calls.Count(call => call.HasFailed),
            Stretch.Of(calls.Where(call => call.Begun >= begun && call.Begun < renewed), cpuAtRenewal - cpuAtBegin),
            Stretch.Of(calls.Where(call => call.Begun >= renewed && call.Begun < done), cpuAtEnd - cpuAtRenewal),
            Stopwatch.GetElapsedTime(renewed, done));
    }

    /// <summary>Measures the CPU time of both sides for the rotation of one channel: a call through each channel with a rotation and without, and no other load.</summary>
    /// <remarks>Requires channels without rotation jitter.</remarks>
    public async Task<TimeSpan> MeasureCpuAsync(CancellationToken cancellation)
    {
        var load = new RotationLoad(_channels, callers: 1);
        var provider = _services.GetRequiredKeyedService<RotatingCertificateProvider>(Ways.Realm);
        await load.RunOnceAsync();
        var calls = await CpuOfAsync(load.RunOnceAsync);
        var renewal = await CpuOfAsync(async () =>
        {
            _pki.IssueClient();
            await provider.ReloadAsync(cancellation);
            await load.RunOnceAsync();
        });
        return (renewal - calls) / _channels.Count;

        async Task<TimeSpan> CpuOfAsync(Func<Task> work)
        {
            var before = ProcessTree.CpuTime();
            await work();
            await Task.Delay(Closing, cancellation); // Old connections close after the last call.
            return ProcessTree.CpuTime() - before;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
        _pki.Dispose();
    }
}
