using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The page at <c>/</c>: every endpoint, by realm, and what the realms present and trust. It needs no JavaScript, which merely keeps it fresh.</summary>
internal sealed class StatusPage(StoreSet stores, TimeProvider time)
{
    private static readonly HtmlString Style = Embedded("status.css");
    private static readonly HtmlString Script = Embedded("status.js");

    // Should markup ever slip through the encoding, it could neither run nor load nor send anything.
    private static readonly string Policy =
        $"default-src 'none'; style-src '{Hash(Style)}'; script-src '{Hash(Script)}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        await using var writer = new StringWriter();
        Render().WriteTo(writer, HtmlEncoder.Default);
        await context.Response.WriteAsync(writer.ToString(), context.RequestAborted);
    }

    private IHtmlContent Render()
    {
        var now = time.GetUtcNow();
        var up = stores.Endpoints.Count(endpoint => endpoint.State.IsUp);
        return Html($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{up}/{stores.Endpoints.Count} up · Querier</title>
            <link rel="icon" href="data:,">
            <noscript><meta http-equiv="refresh" content="10"></noscript>
            <style>{Style}</style>
            </head>
            <body>
            <header>
            <h1>Querier</h1>
            <p id="freshness" role="status">As of {now:yyyy-MM-dd HH:mm:ss} UTC</p>
            </header>
            <main>
            <p class="summary"><strong>{up} of {stores.Endpoints.Count}</strong> endpoints up, in {stores.Realms.Count} realms.</p>
            {Join(stores.Realms.Select(realm => RenderRealm(realm, now)))}
            {RealmTable.Render(stores.Realms, now)}
            </main>
            <footer><p>The same as JSON: <a href="/api/v1/stores">/api/v1/stores</a>, <a href="/api/v1/realms">/api/v1/realms</a>. A query: <a href="/api/v1/query?query=process_cpu_seconds_total">process_cpu_seconds_total</a>.</p></footer>
            <script>{Script}</script>
            </body>
            </html>
            """);
    }

    private static IHtmlContent RenderRealm(StoreRealm realm, DateTimeOffset now) => Html($"""
        <section>
        <table role="table">
        <caption><h2>Realm {realm.Name}</h2><span>{Protection.Of(realm.Endpoints[0].Describe())}</span></caption>
        <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Endpoint</th><th role="columnheader" scope="col">State</th><th role="columnheader" scope="col">Protection</th><th role="columnheader" scope="col">Server’s certificate</th><th role="columnheader" scope="col">Presented by us</th><th role="columnheader" scope="col">Generation</th><th role="columnheader" scope="col">Strict</th><th role="columnheader" scope="col">Announced labels</th><th role="columnheader" scope="col">Last check</th></tr></thead>
        {Join(realm.Endpoints.Select(endpoint => EndpointRow.Render(endpoint, now)))}
        </table>
        </section>
        """);

    private static string Hash(HtmlString content) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content.Value!)))}";

    private static HtmlString Embedded(string name)
    {
        using var reader = new StreamReader(typeof(StatusPage).Assembly.GetManifestResourceStream(name)!);
        return new HtmlString(reader.ReadToEnd());
    }
}
