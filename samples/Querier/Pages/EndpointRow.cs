using EndpointMtls;
using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;
using static Querier.Pages.TimeText;

namespace Querier.Pages;

/// <summary>One endpoint as a row, and below it, while there is one, its error.</summary>
internal static class EndpointRow
{
    private const int Columns = 9;

    public static IHtmlContent Render(StoreEndpoint endpoint, DateTimeOffset now)
    {
        var (state, description) = (endpoint.State, endpoint.Describe());
        var tls = description.LastConnection?.Tls;
        return Html($"""
            <tbody role="rowgroup">
            <tr role="row">
            <th role="rowheader" scope="row" data-label="Endpoint">{endpoint.Address}</th>
            <td role="cell" data-label="State">{RenderState(state)}</td>
            <td role="cell" data-label="Protection">{RenderProtection(description, state)}</td>
            <td role="cell" data-label="Server’s certificate">{(tls is null ? None : Html($"<span>{tls.PeerSubject}<small>until {tls.PeerNotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {Remaining(tls.PeerNotAfter - now)}</small></span>"))}</td>
            <td role="cell" data-label="Presented by us">{(tls?.LocalSubject is null ? None : Html($"<span>{tls.LocalSubject}</span>"))}</td>
            <td role="cell" data-label="Generation">{RenderGeneration(description)}</td>
            <td role="cell" data-label="Strict">{(endpoint.IsStrict ? "yes" : "no")}</td>
            <td role="cell" data-label="Announced labels">{RenderLabels(state)}</td>
            <td role="cell" data-label="Last check">{RenderCheck(state, now)}</td>
            </tr>
            {(state.LastError is null ? HtmlString.Empty : RenderError(state))}
            </tbody>
            """);
    }

    private static IHtmlContent RenderState(StoreState state) =>
        Html($"""<span class="state {state.Name.ToLowerInvariant()}"><span aria-hidden="true">{state.Name switch { "UP" => "✓", "DOWN" => "✕", _ => "…" }}</span> {state.Name}</span>""");

    private static IHtmlContent RenderProtection(EndpointDescription description, StoreState state) => description.LastConnection?.Tls is { } tls
        ? Html($"<span>{Protection.Of(description)}<small>{tls.CipherSuite.ToString()}{(state.IsUp ? "" : ", when last connected")}</small></span>")
        : Html($"<span>{Protection.Of(description)}</span>");

    private static IHtmlContent RenderGeneration(EndpointDescription description) => description.LastConnection?.Tls is not { } tls
        ? None
        : Html($"<span>{tls.Generation}{(description.DrainingConnections == 0 ? HtmlString.Empty : Html($"<small>{description.DrainingConnections} draining</small>"))}</span>");

    private static IHtmlContent RenderLabels(StoreState state) => state.LabelSets.Any(labels => labels.Count > 0)
        ? Join(state.LabelSets.SelectMany(labels => labels).Select(label => Html($"<code>{label.Key}=\"{label.Value}\"</code> ")))
        : None;

    private static IHtmlContent RenderCheck(StoreState state, DateTimeOffset now) => state.LastAttempt is not { } attempt
        ? None
        : Html($"""<span><time datetime="{attempt.UtcDateTime:O}">{Ago(now - attempt)}</time>{(state.IsUp ? HtmlString.Empty : Html($"<small>{(state.LastCheck is { } good ? $"last good {Ago(now - good)}" : "never good")}</small>"))}</span>""");

    private static IHtmlContent RenderError(StoreState state) =>
        Html($"""<tr role="row" class="error"><td role="cell" colspan="{Columns}"><strong>{state.Reason?.ToString() ?? "Failed"}</strong> {state.LastError}</td></tr>""");
}
