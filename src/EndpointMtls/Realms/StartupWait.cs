using EndpointMtls.Documents;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Realms;

/// <summary>Repeats a first load until the files that another program has yet to write are usable.</summary>
/// <remarks>It blocks the thread of the caller, because containers create services synchronously. Call it without a lock.</remarks>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The logger.</param>
/// <param name="stopping">Cancels the wait.</param>
internal sealed class StartupWait(TimeProvider timeProvider, ILogger logger, CancellationToken stopping)
{
    /// <summary>The time between two loads.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Loads once, or repeatedly for at most <see cref="EndpointMtlsOptions.StartupTimeout"/>.</summary>
    /// <param name="load">The load. It adds its errors.</param>
    /// <param name="timeoutOf">Gets the timeout.</param>
    /// <returns>The result of the first load without errors.</returns>
    /// <exception cref="OptionsValidationException">There are errors that do not permit a wait, or the timeout has elapsed.</exception>
    /// <exception cref="OperationCanceledException">The host is stopping.</exception>
    public T Load<T>(Func<ConfigurationErrors, T> load, Func<T, TimeSpan> timeoutOf)
    {
        var startedAt = timeProvider.GetTimestamp();
        for (var isWaiting = false; ; isWaiting = true)
        {
            var errors = new ConfigurationErrors();
            var loaded = load(errors);
            var elapsed = timeProvider.GetElapsedTime(startedAt);
            if (errors.Count == 0)
            {
                if (isWaiting)
                {
                    logger.StartupWaitEnded(Duration.Format(TimeSpan.FromMilliseconds((long)elapsed.TotalMilliseconds)));
                }

                return loaded;
            }

            var timeout = timeoutOf(loaded);
            if (timeout == TimeSpan.Zero || !CanWait(errors, isWaiting))
            {
                errors.Throw();
            }

            if (elapsed >= timeout)
            {
                errors.Throw($"Files were not usable within {Duration.Format(timeout)} (StartupTimeout). ");
            }

            if (!isWaiting)
            {
                logger.StartupWaitStarted(Duration.Format(timeout), errors.ToStringWithoutFixes());
            }

            var remaining = timeout - elapsed;
            Task.Delay(remaining < RetryInterval ? remaining : RetryInterval, timeProvider, stopping).GetAwaiter().GetResult();
        }
    }

    // Programs write one file after the other. So once one was missing, files that do not match or are incomplete may still change.
    private static bool CanWait(ConfigurationErrors errors, bool isWaiting) =>
        errors.Errors.All(error => error.Code == ErrorCode.UnwrittenFile || (isWaiting && error.Code == ErrorCode.UnusableFile));
}
