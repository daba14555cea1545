namespace EndpointMtls.InteropTests.Support;

/// <summary>Waits for a state of another process, with a timeout.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Gets a value repeatedly until it meets a condition or the timeout has passed.</summary>
    /// <returns>The last value. The test asserts it.</returns>
    public static async Task<T> Async<T>(Func<Task<T>> get, Predicate<T> isReached)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var value = await get();
            if (isReached(value) || timeout.IsCancellationRequested)
                return value;
            await timer.WaitForNextTickAsync();
        }
    }
}
