using System.Diagnostics;
using EndpointMtls.Comparisons.Serving;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndpointMtls.Comparisons.Rotating;

/// <summary>Callers that use many channels in turn, and record when the server first sees a new certificate on each.</summary>
internal sealed class RotationLoad(IReadOnlyList<GrpcChannel> channels, int callers)
{
    private const int PayloadSize = 1024;

    private readonly CallInvoker[] _invokers = [.. channels.Select(channel => channel.CreateCallInvoker())];
    private readonly byte[]?[] _seen = new byte[channels.Count][];
    private volatile Renewal? _renewal;

    /// <summary>Makes calls until it is cancelled.</summary>
    public async Task<IReadOnlyList<Call>> RunAsync(CancellationToken end)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller, end), CancellationToken.None)));
        return [.. all.SelectMany(calls => calls)];
    }

    /// <summary>Makes one call through each channel.</summary>
    public async Task RunOnceAsync()
    {
        for (var channel = 0; channel < channels.Count; channel++)
        {
            await CallAsync(channel, new byte[PayloadSize]);
        }
    }

    /// <summary>Waits until the server has seen a certificate on all channels.</summary>
    /// <param name="serialNumber">The serial number of the certificate.</param>
    public Task<long> AllUse(byte[] serialNumber)
    {
        _renewal = new Renewal(serialNumber, channels.Count);
        return _renewal.Done.Task;
    }

    private async Task<List<Call>> CallAsync(int caller, CancellationToken end)
    {
        var (calls, payload) = (new List<Call>(), new byte[PayloadSize]);
        for (var channel = caller; !end.IsCancellationRequested; channel = channel + callers < channels.Count ? channel + callers : caller)
        {
            var begun = Stopwatch.GetTimestamp();
            var hasFailed = false;
            try
            {
                Note(channel, await CallAsync(channel, payload));
            }
            catch (RpcException)
            {
                hasFailed = true;
            }

            calls.Add(new Call(begun, Stopwatch.GetTimestamp(), hasFailed));
        }

        return calls;
    }

    private async Task<byte[]> CallAsync(int channel, byte[] payload)
    {
        using var call = _invokers[channel].AsyncUnaryCall(EchoMethods.SerialNumber, host: null, default, payload);
        return await call.ResponseAsync;
    }

    private void Note(int channel, byte[] reply)
    {
        if (_renewal is { } renewal && _seen[channel] != renewal.SerialNumber && reply.AsSpan().StartsWith(renewal.SerialNumber))
        {
            _seen[channel] = renewal.SerialNumber;
            renewal.Count();
        }
    }

    private sealed class Renewal(byte[] serialNumber, int channels)
    {
        private int _left = channels;

        public byte[] SerialNumber => serialNumber;

        /// <summary>When the server saw it on the last channel.</summary>
        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Count()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                Done.SetResult(Stopwatch.GetTimestamp());
            }
        }
    }
}

/// <summary>The start and the end of a call, in stopwatch ticks.</summary>
internal readonly record struct Call(long Begun, long Ended, bool HasFailed);
