using Microsoft.AspNetCore.Html;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>Relative times as text. The script keeps them up to date.</summary>
internal static class TimeText
{
    public static IHtmlContent Ago(DateTimeOffset time, DateTimeOffset now) =>
        Html($"""<time datetime="{Text(time)}" data-show="ago">{Ago(now - time)}</time>""");

    public static IHtmlContent Remaining(DateTimeOffset end, DateTimeOffset now) =>
        Html($"""<time datetime="{Text(end)}" data-show="left">{Remaining(end - now)}</time>""");

    public static IHtmlContent Ahead(DateTimeOffset time, DateTimeOffset now) =>
        Html($"""<time datetime="{Text(time)}" data-show="ahead">{Ahead(time - now)}</time>""");

    public static string Text(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}";

    private static string Ago(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? "just now" : $"{Span(time)} ago";

    private static string Remaining(TimeSpan time) => time > TimeSpan.Zero ? $"{Span(time)} left" : $"expired {Span(-time)} ago";

    private static string Ahead(TimeSpan time) => time > TimeSpan.Zero ? $"in {Span(time)}" : "now";

    private static string Span(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{time.TotalDays:0} days",
        { TotalHours: >= 2 } => $"{time.TotalHours:0} h",
        { TotalMinutes: >= 2 } => $"{time.TotalMinutes:0} min",
        _ => $"{time.TotalSeconds:0} s",
    };
}
