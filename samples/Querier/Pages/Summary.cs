using EndpointMtls;
using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The summary at the top of the page: the overall state, and one line per realm.</summary>
internal static class Summary
{
    public static IHtmlContent Render(EndpointSetSnapshot set, IReadOnlyList<StoreRealm> realms) => Html($"""
        <div id="summary" class="summary {StateMark.Class(set.Endpoints)}">
        <p class="verdict"><span class="sign" aria-hidden="true">{Sign(set.Endpoints)}</span> <span>{Verdict(set.Endpoints)}<small>{EndpointTable.Up(set.Endpoints)}, in {realms.Count} {(realms.Count == 1 ? "realm" : "realms")}</small></span></p>
        <nav aria-label="Realms"><ul>{Join(realms.Select(RenderRealm))}</ul></nav>
        </div>
        {(set.NotReadyReason is { } reason ? Html($"""<p id="not-ready" class="not-ready"><strong>Not ready</strong> {reason}</p>""") : HtmlString.Empty)}

        """);

    /// <summary>The overall state as the icon of the page.</summary>
    public static IHtmlContent Icon(IReadOnlyList<GrpcEndpoint> endpoints)
    {
        var (colour, path) = StateMark.Class(endpoints) switch
        {
            "good" => ("11693a", "M9 17l5 5 10-12"),
            "bad" => ("a31621", "M10 10l12 12M22 10L10 22"),
            _ => ("6b5300", "M9 16h14"),
        };
        return Html($"""<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Ccircle cx='16' cy='16' r='16' fill='%23{colour}'/%3E%3Cpath d='{path}' fill='none' stroke='white' stroke-width='4'/%3E%3C/svg%3E">""");
    }

    private static IHtmlContent RenderRealm(StoreRealm realm) => Html($"""
        <li><a href="#{Id("realm", realm.Name)}" class="{StateMark.Class(realm.Endpoints)}"><span aria-hidden="true">{Sign(realm.Endpoints)}</span> {realm.Name} <small>{EndpointTable.Up(realm.Endpoints)}</small></a></li>
        """);

    private static string Sign(IReadOnlyList<GrpcEndpoint> endpoints) => StateMark.Class(endpoints) switch { "good" => "✓", "bad" => "✕", _ => "…" };

    private static string Verdict(IReadOnlyList<GrpcEndpoint> endpoints)
    {
        var down = endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Unhealthy);
        var unknown = endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Unknown);
        return (endpoints.Count, down, unknown) switch
        {
            (0, _, _) => "No endpoints",
            (_, 0, 0) => "No endpoint is down",
            (_, 0, _) => $"{unknown} not probed yet",
            (_, 1, _) => "1 endpoint is down",
            _ => $"{down} endpoints are down",
        };
    }
}
