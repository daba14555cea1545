using Microsoft.Extensions.Logging;

namespace EndpointMtls.Async;

/// <summary>A logger that writes events after the thread has released its locks, and ignores exceptions of log sinks.</summary>
internal sealed class DeferringLogger(ILogger logger) : ILogger
{
#pragma warning disable RS0030 // The only place that creates loggers.
    public static ILogger Create<T>(ILoggerFactory factory) => new DeferringLogger(factory.CreateLogger<T>());
#pragma warning restore RS0030

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    // The inner IsEnabled calls log sinks, so it is deferred with the event.
    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        DeferringLock.Defer(() =>
        {
            if (logger.IsEnabled(logLevel))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        });
}
