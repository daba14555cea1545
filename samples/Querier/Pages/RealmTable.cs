using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The table of the certificates of all realms.</summary>
internal static class RealmTable
{
    public static IHtmlContent Render(IReadOnlyList<StoreRealm> realms, DateTimeOffset now) => Html($"""
        <section id="realms">
        <table role="table" class="realms">
        <caption><h2>Realms</h2><span>what they present and trust now</span></caption>
        {RealmRow.Head}
        {Join(realms.Select(realm => RealmRow.Render(realm.Name, realm.Certificates?.Describe(), realm.Endpoints.Sum(endpoint => endpoint.Describe().DrainingConnections), now)))}
        </table>
        </section>

        """);
}
