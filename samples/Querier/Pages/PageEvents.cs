using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using EndpointMtls;
using Microsoft.Extensions.Primitives;
using Querier.Stores;

namespace Querier.Pages;

/// <summary><c>/events</c>: a stream of server-sent events that tells a page to reload its data.</summary>
internal sealed class PageEvents(IEndpointSet set, StoreRealms realms, IHostApplicationLifetime lifetime, TimeProvider time)
{
    // Changes within this time are sent as one event.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    public IResult Stream(CancellationToken cancellation) => TypedResults.ServerSentEvents(WatchAsync(cancellation));

    /// <summary>Starts with a change event, because earlier changes are unknown. Ends when the host stops.</summary>
    public async IAsyncEnumerable<SseItem<string>> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var ending = either.Token;
        var hasChanged = true;
        while (!ending.IsCancellationRequested)
        {
            // Registers before it sends: the next event reports changes during the reload.
            var change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var callbacks = Register(() => change.TrySetResult());
            try
            {
                yield return new SseItem<string>(TimeText.Text(time.GetUtcNow()), hasChanged ? "changed" : "heartbeat") { ReconnectionInterval = Pause };

                await Task.Delay(Pause, time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await change.Task.WaitAsync(Heartbeat - Pause, time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                callbacks.ForEach(callback => callback.Dispose());
            }

            hasChanged = change.Task.IsCompleted;
        }
    }

    private List<IDisposable> Register(Action notify)
    {
        IEnumerable<IChangeToken> tokens = [set.GetChangeToken(), .. realms.Of(set.Current).Select(realm => realm.Certificates?.GetChangeToken()).OfType<IChangeToken>()];
        return [.. tokens.Select(token => token.RegisterChangeCallback(_ => notify(), null))];
    }
}
