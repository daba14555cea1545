using EndpointMtls;
using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The table row of an endpoint, and a second row for its error.</summary>
internal static class EndpointRow
{
    private static readonly string[] Headings =
        ["Endpoint", "State", "Strict", "Source", "Protection", "Server’s certificate", "Client certificate", "Labels", "Last check"];

    public static IHtmlContent Head { get; } = Columns(Headings);

    /// <param name="endpoint">The endpoint.</param>
    /// <param name="description">The current state of its connections.</param>
    /// <param name="now">The current time.</param>
    public static IHtmlContent Render(GrpcEndpoint endpoint, EndpointDescription description, DateTimeOffset now)
    {
        var tls = description.LastConnection?.Tls;
        return Html($"""
            <tbody role="rowgroup" id="{Id("endpoint", endpoint.Address)}" data-says="{StateMark.Sentence(endpoint)}">
            <tr role="row">
            <th role="rowheader" scope="row" data-label="Endpoint">{RenderName(endpoint)}</th>
            <td role="cell" data-label="State">{StateMark.Of(endpoint.Health)}</td>
            <td role="cell" data-label="Strict">{(endpoint.IsStrict ? "yes" : "no")}</td>
            <td role="cell" data-label="Source">{SourceText.Of(endpoint)}</td>
            <td role="cell" data-label="Protection">{RenderProtection(description, endpoint.Health)}</td>
            <td role="cell" data-label="Server’s certificate">{(tls is null ? None : RenderServer(tls, now))}</td>
            <td role="cell" data-label="Client certificate">{(tls is null ? None : RenderClient(tls, description.DrainingConnections))}</td>
            <td role="cell" data-label="Labels">{RenderLabels(endpoint)}</td>
            <td role="cell" data-label="Last check">{RenderCheck(endpoint, now)}</td>
            </tr>
            {(endpoint.LastError is null ? HtmlString.Empty : RenderError(endpoint))}
            </tbody>

            """);
    }

    private static IHtmlContent RenderName(GrpcEndpoint endpoint) => !endpoint.IsGroup
        ? Html($"<span>{endpoint.Address}</span>")
        : Html($"<span>{endpoint.Address}<small>a group of {endpoint.Members.Count}, balanced:</small>{Join(endpoint.Members.Select(member => Html($"<small>{member}</small>")))}</span>");

    private static IHtmlContent RenderProtection(EndpointDescription description, EndpointHealth health) => description.LastConnection?.Tls is { } tls
        ? Html($"<span>{Protection.Of(description)}<small>{tls.CipherSuite.ToString()}</small>{(health == EndpointHealth.Unhealthy ? Html($"<small>when last connected</small>") : HtmlString.Empty)}</span>")
        : Html($"<span>{Protection.Of(description)}</span>");

    private static IHtmlContent RenderServer(TlsDescription tls, DateTimeOffset now) => Html($"""
        <span>{tls.PeerSubject}{(tls.PeerNames.Count == 0 ? HtmlString.Empty : Html($"<small>for {string.Join(", ", tls.PeerNames)}</small>"))}<small>{TimeText.Remaining(tls.PeerNotAfter, now)}, until {tls.PeerNotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC</small></span>
        """);

    private static IHtmlContent RenderClient(TlsDescription tls, int draining) =>
        Html($"<span>{tls.LocalSubject ?? "none"}<small>generation {tls.Generation}{(draining == 0 ? "" : $", {draining} draining")}</small></span>");

    private static IHtmlContent RenderLabels(GrpcEndpoint endpoint)
    {
        var announced = (endpoint.ProbeResult as Announcement)?.LabelSets.SelectMany(labels => labels).ToList() ?? [];
        return announced.Count + endpoint.Labels.Count == 0
            ? None
            : Html($"<span>{Join(announced.Select(Label))}{(endpoint.Labels.Count == 0 ? HtmlString.Empty : Html($"<small>from the file</small>{Join(endpoint.Labels.Select(Label))}"))}</span>");
    }

    private static IHtmlContent Label(KeyValuePair<string, string> label) => Html($"<code>{label.Key}=\"{label.Value}\"</code> ");

    private static IHtmlContent RenderCheck(GrpcEndpoint endpoint, DateTimeOffset now) => endpoint.LastCheck is not { } check
        ? None
        : Html($"<span>{TimeText.Ago(check, now)}{(endpoint.LastError is null ? HtmlString.Empty : Html($"<small>{(endpoint.LastSuccess is { } good ? Html($"last success {TimeText.Ago(good, now)}") : Html($"no success yet"))}</small>"))}</span>");

    private static IHtmlContent RenderError(GrpcEndpoint endpoint) => Html($"""
        <tr role="row" class="error"><td role="cell" colspan="{Headings.Length}"><strong>{endpoint.LastErrorReason?.ToString() ?? "Failed"}</strong> {endpoint.LastError} <small>{(endpoint.IsUsed ? "It is strict: it is still queried, and every response warns that its data is missing." : "It is not strict: it is not queried until a probe succeeds.")}</small></td></tr>
        """);
}
