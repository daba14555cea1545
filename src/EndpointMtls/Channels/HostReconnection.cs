using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>
/// Connects to another address of a host when the server of the current one accepts no more connections, but keeps those that are open.
/// Thread-safe.
/// </summary>
/// <remarks>
/// A server does so while it shuts down: calls may finish, and new ones need another connection. The subchannel stays ready, and
/// Grpc.Net.Client would open that connection to the same address.
/// </remarks>
internal sealed class HostReconnection
{
    private volatile Subchannel? _abandoned;
    private volatile Ready? _ready;
    private TaskCompletionSource<Ready?> _outcome = NewOutcome();

    /// <summary>Looks the host up. Set if its channel has a <see cref="HappyEyeballsBalancer"/>.</summary>
    public Action? Refresh { get; set; }

    /// <summary>Whether the balancer must not use a subchannel that is ready.</summary>
    public bool IsAbandoned(Subchannel subchannel) => _abandoned == subchannel;

    /// <summary>Called by the balancer when its state has changed.</summary>
    /// <param name="state">The state.</param>
    /// <param name="subchannel">The subchannel that is ready.</param>
    /// <param name="address">Its address.</param>
    public void OnStateChanged(ConnectivityState state, Subchannel? subchannel, BalancerAddress? address)
    {
        _ready = subchannel is null ? null : new Ready(subchannel, address!);
        if (state is ConnectivityState.Ready or ConnectivityState.TransientFailure)
        {
            Interlocked.Exchange(ref _outcome, NewOutcome()).TrySetResult(_ready);
        }
    }

    /// <summary>Opens the connection of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="dial">Opens a connection to the address in the options of the request.</param>
    /// <param name="attempt">Cancelled after the connect timeout, or by the caller.</param>
    /// <param name="cancellationToken">Cancelled by the caller.</param>
    public async ValueTask<Stream> DialAsync(
        HttpRequestMessage request, Func<ValueTask<Stream>> dial, CancellationToken attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await dial().ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is SocketException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested
            && Refresh is not null
            && request.Options.TryGetValue(ConnectionOrigin.SubchannelKey, out var failed))
        {
            if (await AbandonAsync(failed, attempt).ConfigureAwait(false) is not { } ready)
            {
                throw;
            }

            request.Options.Set(ConnectionOrigin.SubchannelKey, ready.Subchannel);
            request.Options.Set(ConnectionOrigin.AddressKey, ready.Address);
        }

        return await dial().ConfigureAwait(false);
    }

    /// <returns>The subchannel that has connected instead; <see langword="null"/> if none has.</returns>
    private async Task<Ready?> AbandonAsync(Subchannel failed, CancellationToken attempt)
    {
        var outcome = Volatile.Read(ref _outcome).Task;
        if (_ready is { } ready && ready.Subchannel != failed)
        {
            return ready;
        }

        _abandoned = failed;
        Refresh!();
        return await outcome.WaitAsync(attempt).ConfigureAwait(false);
    }

    private static TaskCompletionSource<Ready?> NewOutcome() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Ready(Subchannel Subchannel, BalancerAddress Address);
}
