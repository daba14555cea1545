namespace EndpointMtls.Tests.Support;

/// <summary>Bounds every wait of a test, so that a hang is a failure.</summary>
internal static class TimeoutExtensions
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task WithTimeout(this Task task) => task.WaitAsync(Limit);

    public static Task<T> WithTimeout<T>(this Task<T> task) => task.WaitAsync(Limit);
}
