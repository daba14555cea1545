using Microsoft.Extensions.Logging;

namespace EndpointMtls.Async;

/// <summary>Hands events on to a logger, never while the thread holds a lock, and ignores what its sinks throw.</summary>
internal sealed class DeferringLogger(ILogger logger) : ILogger
{
#pragma warning disable RS0030 // The only place that creates loggers.
    public static ILogger Create<T>(ILoggerFactory factory) => new DeferringLogger(factory.CreateLogger<T>());
#pragma warning restore RS0030

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    // The level is asked again when the event is handed on.
    public bool IsEnabled(LogLevel logLevel) => DeferringLock.IsHeld || logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        DeferringLock.Defer(() =>
        {
            if (logger.IsEnabled(logLevel))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        });
}
