using EndpointMtls;
using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The table of the endpoints of one realm.</summary>
internal static class EndpointTable
{
    public static IHtmlContent Render(StoreRealm realm, DateTimeOffset now) => Html($"""
        <section id="{Id("realm", realm.Name)}">
        <table role="table" class="endpoints">
        <caption><h2>Realm {realm.Name}</h2><span>{Up(realm.Endpoints)}, {(realm.Certificates is null ? "plaintext" : "TLS")}</span></caption>
        {EndpointRow.Head}
        {Join(realm.Endpoints.Select(endpoint => EndpointRow.Render(endpoint, endpoint.Describe(), now)))}
        </table>
        {(realm.Endpoints.Count == 0 ? Html($"""<p class="empty">No endpoints now. The table Discovery shows the sources.</p>""") : HtmlString.Empty)}
        </section>

        """);

    /// <summary>Counts the endpoints that are up, of those that are probed.</summary>
    public static string Up(IReadOnlyList<GrpcEndpoint> endpoints)
    {
        var probed = endpoints.Where(endpoint => endpoint.Health != EndpointHealth.NotProbed).ToList();
        var (up, unprobed) = (probed.Count(endpoint => endpoint.Health == EndpointHealth.Healthy), endpoints.Count - probed.Count);
        return (probed.Count, unprobed) switch
        {
            (0, 0) => "no endpoints",
            (0, _) => $"{unprobed} not probed",
            (_, 0) => $"{up} of {probed.Count} up",
            _ => $"{up} of {probed.Count} up, {unprobed} not probed",
        };
    }
}
