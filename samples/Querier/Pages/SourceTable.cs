using EndpointMtls;
using Microsoft.AspNetCore.Html;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The table of the files and DNS names that endpoints are discovered from.</summary>
internal static class SourceTable
{
    private static readonly string[] Headings = ["Source", "State", "Realm", "Endpoints", "Last success"];

    public static IHtmlContent Render(IReadOnlyList<DiscoverySource> sources, DateTimeOffset now) => sources.Count == 0 ? HtmlString.Empty : Html($"""
        <section id="sources">
        <table role="table" class="sources">
        <caption><h2>Discovery</h2><span>the files and DNS names that endpoints are discovered from</span></caption>
        {Columns(Headings)}
        {Join(sources.Select(source => RenderRow(source, now)))}
        </table>
        </section>

        """);

    private static IHtmlContent RenderRow(DiscoverySource source, DateTimeOffset now) => Html($"""
        <tbody role="rowgroup" id="{Id("source", source.Realm, source.Name)}">
        <tr role="row">
        <th role="rowheader" scope="row" data-label="Source">{source.Name}</th>
        <td role="cell" data-label="State">{StateMark.Of(source)}</td>
        <td role="cell" data-label="Realm">{source.Realm}</td>
        <td role="cell" data-label="Endpoints">{source.Count}</td>
        <td role="cell" data-label="Last success">{(source.LastSuccess is { } success ? TimeText.Ago(success, now) : None)}</td>
        </tr>
        {(source.LastError is null ? HtmlString.Empty : Html($"""<tr role="row" class="error"><td role="cell" colspan="{Headings.Length}"><strong>Failing</strong> {source.LastError}{(source.Count == 0 ? "" : " The endpoints that it lists stay in use.")}</td></tr>"""))}
        </tbody>

        """);
}
