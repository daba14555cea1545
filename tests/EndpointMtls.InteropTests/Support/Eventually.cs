namespace EndpointMtls.InteropTests.Support;

/// <summary>Waits for another process to come to a state, and not for ever.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks again until the answer is as wished; returns the last one in any case, for the test to judge.</summary>
    public static async Task<T> Async<T>(Func<Task<T>> ask, Predicate<T> isWished)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var answer = await ask();
            if (isWished(answer) || patience.IsCancellationRequested)
                return answer;
            await timer.WaitForNextTickAsync();
        }
    }
}
