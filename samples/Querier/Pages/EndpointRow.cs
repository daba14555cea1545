using EndpointMtls;
using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>One endpoint as a row, and below it, while there is one, its error.</summary>
internal static class EndpointRow
{
    private const int Columns = 8;

    public static IHtmlContent Render(StoreEndpoint endpoint, DateTimeOffset now)
    {
        var (state, description) = (endpoint.State, endpoint.Describe());
        var tls = description.LastConnection?.Tls;
        return Html($"""
            <tbody>
            <tr>
            <th scope="row" data-label="Endpoint">{endpoint.Address}</th>
            <td data-label="State">{RenderState(state)}</td>
            <td data-label="Protection">{RenderProtection(description)}</td>
            <td data-label="Server’s certificate">{(tls is null ? None : Html($"<span>{tls.PeerSubject}<small>until {tls.PeerNotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {Remaining(tls.PeerNotAfter - now)}</small></span>"))}</td>
            <td data-label="Presented by us">{(tls?.LocalSubject is null ? None : Html($"<span>{tls.LocalSubject}</span>"))}</td>
            <td data-label="Strict">{(endpoint.IsStrict ? "yes" : "no")}</td>
            <td data-label="Announced labels">{RenderLabels(state)}</td>
            <td data-label="Last check">{RenderCheck(state, now)}</td>
            </tr>
            {(state.LastError is null ? HtmlString.Empty : RenderError(state))}
            </tbody>
            """);
    }

    private static IHtmlContent RenderState(StoreState state) =>
        Html($"""<span class="state {state.Name.ToLowerInvariant()}"><span aria-hidden="true">{state.Name switch { "UP" => "✓", "DOWN" => "✕", _ => "…" }}</span> {state.Name}</span>""");

    private static IHtmlContent RenderProtection(EndpointDescription description) => description.LastConnection?.Tls is { } tls
        ? Html($"<span>{Protection.Of(description)}<small>{tls.CipherSuite.ToString()}</small></span>")
        : Html($"<span>{Protection.Of(description)}</span>");

    private static IHtmlContent RenderLabels(StoreState state) => state.LabelSets.Any(labels => labels.Count > 0)
        ? Join(state.LabelSets.SelectMany(labels => labels).Select(label => Html($"<code>{label.Key}=\"{label.Value}\"</code> ")))
        : None;

    private static IHtmlContent RenderCheck(StoreState state, DateTimeOffset now) => state.LastAttempt is not { } attempt
        ? None
        : Html($"""<span><time datetime="{attempt.UtcDateTime:O}">{Ago(now - attempt)}</time>{(state.IsUp ? HtmlString.Empty : Html($"<small>{(state.LastCheck is { } good ? $"last good {Ago(now - good)}" : "never good")}</small>"))}</span>""");

    private static IHtmlContent RenderError(StoreState state) =>
        Html($"""<tr class="error"><td colspan="{Columns}"><strong>{state.Reason?.ToString() ?? "Failed"}</strong> {state.LastError}</td></tr>""");

    private static string Ago(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? "just now" : $"{Span(time)} ago";

    private static string Remaining(TimeSpan time) => time > TimeSpan.Zero ? $"{Span(time)} left" : $"expired {Span(-time)} ago";

    private static string Span(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{time.TotalDays:0} days",
        { TotalHours: >= 2 } => $"{time.TotalHours:0} h",
        { TotalMinutes: >= 2 } => $"{time.TotalMinutes:0} min",
        _ => $"{time.TotalSeconds:0} s",
    };
}
