using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>What rotates: the certificates of every realm, in one table.</summary>
internal static class RealmTable
{
    public static IHtmlContent Render(IReadOnlyList<StoreRealm> realms, DateTimeOffset now) => Html($"""
        <section>
        <table role="table" class="realms">
        <caption><h2>Realms</h2><span>what each presents and trusts now</span></caption>
        <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Realm</th><th role="columnheader" scope="col">Generation</th><th role="columnheader" scope="col">Client certificate</th><th role="columnheader" scope="col">Next certificate</th><th role="columnheader" scope="col">Trusted authorities</th><th role="columnheader" scope="col">Draining</th></tr></thead>
        {Join(realms.Select(realm => RealmRow.Render(realm.Name, realm.Certificates?.Describe(), realm.Endpoints.Sum(endpoint => endpoint.Describe().DrainingConnections), now)))}
        </table>
        </section>
        """);
}
