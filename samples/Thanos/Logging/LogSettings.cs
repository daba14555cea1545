using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Thanos.Logging;

/// <summary>The options <c>--log.level</c> and <c>--log.format</c>, and the logs that they configure.</summary>
public static class LogSettings
{
    public static Option<string> LevelOption()
    {
        var option = new Option<string>("--log.level") { Description = "The minimum level of logs.", DefaultValueFactory = _ => "warn" };
        option.AcceptOnlyFromAmong("debug", "info", "warn", "error");
        return option;
    }

    public static Option<string> FormatOption()
    {
        var option = new Option<string>("--log.format") { Description = "The format of logs.", DefaultValueFactory = _ => "logfmt" };
        option.AcceptOnlyFromAmong("logfmt", "json");
        return option;
    }

    public static LogLevel ToLogLevel(string text) => text switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "error" => LogLevel.Error,
        _ => LogLevel.Warning,
    };

    public static LogFormat ToLogFormat(string text) => text == "json" ? LogFormat.Json : LogFormat.Logfmt;

    /// <summary>Logs to standard error. Standard output has only the lines that other programs read.</summary>
    public static ILoggingBuilder AddLogs(this ILoggingBuilder logging, LogLevel level, LogFormat format)
    {
        logging.Services.AddSingleton<ConsoleFormatter>(new LogFormatter(format, TimeProvider.System));
        // Of the framework, which logs each request and each connection, only problems.
        var framework = level > LogLevel.Warning ? level : LogLevel.Warning;
        return logging.SetMinimumLevel(level)
            .AddFilter("Microsoft", framework)
            .AddFilter("Grpc", framework)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical) // A failed start becomes a StartupException.
            .AddConsole(console =>
            {
                console.FormatterName = LogFormatter.FormatterName;
                console.LogToStandardErrorThreshold = LogLevel.Trace;
            });
    }
}
