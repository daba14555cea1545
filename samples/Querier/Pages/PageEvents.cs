using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using EndpointMtls;
using Microsoft.Extensions.Primitives;
using Querier.Stores;

namespace Querier.Pages;

/// <summary><c>/events</c>: tells a page, as a stream of server-sent events, when to look again.</summary>
internal sealed class PageEvents(IEndpointSet set, StoreRealms realms, IHostApplicationLifetime lifetime, TimeProvider time)
{
    // Many changes within it are one.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    public IResult Stream(CancellationToken cancellation) => TypedResults.ServerSentEvents(WatchAsync(cancellation));

    /// <summary>Begins with a change, because what happened before is not known; ends with the host.</summary>
    public async IAsyncEnumerable<SseItem<string>> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var ending = either.Token;
        var hasChanged = true;
        while (!ending.IsCancellationRequested)
        {
            // Listens before it speaks: what changes while the page looks is told next.
            var change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var listeners = Listen(() => change.TrySetResult());
            try
            {
                yield return new SseItem<string>(TimeText.Text(time.GetUtcNow()), hasChanged ? "changed" : "heartbeat") { ReconnectionInterval = Pause };

                await Task.Delay(Pause, time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await change.Task.WaitAsync(Heartbeat - Pause, time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                listeners.ForEach(listener => listener.Dispose());
            }

            hasChanged = change.Task.IsCompleted;
        }
    }

    private List<IDisposable> Listen(Action notify)
    {
        IEnumerable<IChangeToken> tokens = [set.GetChangeToken(), .. realms.Of(set.Current).Select(realm => realm.Certificates?.GetChangeToken()).OfType<IChangeToken>()];
        return [.. tokens.Select(token => token.RegisterChangeCallback(_ => notify(), null))];
    }
}
