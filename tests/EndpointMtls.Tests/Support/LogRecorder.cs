using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Support;

/// <summary>Keeps what is logged, for tests to read.</summary>
internal sealed class LogRecorder : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentDictionary<(int EventId, int Count), TaskCompletionSource> _waited = new();
    private readonly ConcurrentDictionary<int, int> _counts = new();

    public IReadOnlyCollection<LogEntry> Entries => _entries;

    /// <summary>Called with each entry, on the thread that logs.</summary>
    public Action<LogEntry> OnEntry { get; set; } = _ => { };

    /// <summary>Ends when an event has been logged this often.</summary>
    public Task Wait(int eventId, int count = 1) => Waited(eventId, count).Task;

    public int Count(int eventId) => _counts.GetValueOrDefault(eventId);

    public ILogger CreateLogger(string categoryName) => this;

    public ILogger<T> For<T>()
    {
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(this));
        return factory.CreateLogger<T>();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var entry = new LogEntry(logLevel, eventId.Id, formatter(state, exception), exception);
        _entries.Enqueue(entry);
        OnEntry(entry);
        Waited(eventId.Id, _counts.AddOrUpdate(eventId.Id, 1, static (_, count) => count + 1)).TrySetResult();
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource Waited(int eventId, int count) => _waited.GetOrAdd((eventId, count), static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}

internal sealed record LogEntry(LogLevel Level, int EventId, string Message, Exception? Exception = null);
