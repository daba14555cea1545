namespace Querier.Pages;

/// <summary>Times as people say them.</summary>
internal static class TimeText
{
    public static string Ago(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? "just now" : $"{Span(time)} ago";

    public static string Remaining(TimeSpan time) => time > TimeSpan.Zero ? $"{Span(time)} left" : $"expired {Span(-time)} ago";

    public static string Ahead(TimeSpan time) => time > TimeSpan.Zero ? $"in {Span(time)}" : "now";

    private static string Span(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{time.TotalDays:0} days",
        { TotalHours: >= 2 } => $"{time.TotalHours:0} h",
        { TotalMinutes: >= 2 } => $"{time.TotalMinutes:0} min",
        _ => $"{time.TotalSeconds:0} s",
    };
}
