using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Thanos.Logging;

/// <summary>Writes each log entry as one line, with the keys of Thanos: <c>ts</c>, <c>level</c>, <c>caller</c>, <c>msg</c> and <c>err</c>.</summary>
public sealed class LogFormatter(LogFormat format, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "thanos";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        (string Key, string? Value)[] pairs =
        [
            ("ts", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
            ("level", LevelOf(logEntry.LogLevel)),
            ("caller", logEntry.Category),
            ("id", logEntry.EventId.Id == 0 ? null : logEntry.EventId.Id.ToString(CultureInfo.InvariantCulture)),
            ("msg", logEntry.Formatter(logEntry.State, logEntry.Exception)),
            ("err", logEntry.Exception?.ToString()),
        ];
        var present = pairs.Where(pair => pair.Value is not null);
        textWriter.WriteLine(format == LogFormat.Json
            ? $"{{{string.Join(',', present.Select(pair => $"\"{pair.Key}\":{Quote(pair.Value!)}"))}}}"
            : string.Join(' ', present.Select(pair => $"{pair.Key}={(IsWord(pair.Value!) ? pair.Value : Quote(pair.Value!))}")));
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private static bool IsWord(string value) => value.Length > 0 && value.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or ':' or '_');

    // The strings of logfmt are those of JSON. Logs are never embedded in HTML, and names stay readable.
    private static string Quote(string value) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)}\"";
}
