using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using EndpointMtls;
using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The page at <c>/</c>: all endpoints by realm, and the certificates of the realms. It works without JavaScript, which only updates it.</summary>
internal sealed class StatusPage(IEndpointSet set, StoreRealms realms, TimeProvider time)
{
    private static readonly HtmlString Style = Embedded("status.css");
    private static readonly HtmlString Script = Embedded("status.js");

    // Defence in depth: injected markup could not run scripts, or load or send anything.
    private static readonly string Policy =
        $"default-src 'none'; style-src '{Hash(Style)}'; script-src '{Hash(Script)}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        await using var writer = new StringWriter();
        Render(set.Current).WriteTo(writer, HtmlEncoder.Default);
        await context.Response.WriteAsync(writer.ToString(), context.RequestAborted);
    }

    private IHtmlContent Render(EndpointSetSnapshot current)
    {
        var (now, all) = (time.GetUtcNow(), realms.Of(current));
        return Html($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{EndpointTable.Up(current.Endpoints)} · Querier</title>
            {Summary.Icon(current.Endpoints)}
            <noscript><meta http-equiv="refresh" content="10"></noscript>
            <style>{Style}</style>
            </head>
            <body>
            <header>
            <h1>Querier</h1>
            <p id="freshness"><span id="live">As of</span> <time id="now" datetime="{TimeText.Text(now)}">{now:yyyy-MM-dd HH:mm:ss} UTC</time></p>
            <p id="news" role="status"></p>
            </header>
            <main>
            {Summary.Render(current, all)}
            {Join(all.Select(realm => EndpointTable.Render(realm, now)))}
            {SourceTable.Render(current.Sources, now)}
            {RealmTable.Render(all, now)}
            </main>
            <footer><p>The same as JSON: <a href="/api/v1/stores">/api/v1/stores</a>, <a href="/api/v1/sources">/api/v1/sources</a>, <a href="/api/v1/realms">/api/v1/realms</a>. A query: <a href="/api/v1/query?query=process_cpu_seconds_total">process_cpu_seconds_total</a>.</p></footer>
            <script>{Script}</script>
            </body>
            </html>
            """);
    }

    private static string Hash(HtmlString content) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content.Value!)))}";

    private static HtmlString Embedded(string name)
    {
        using var reader = new StreamReader(typeof(StatusPage).Assembly.GetManifestResourceStream(name)!);
        return new HtmlString(reader.ReadToEnd());
    }
}
