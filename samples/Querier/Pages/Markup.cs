using System.Globalization;
using Microsoft.AspNetCore.Html;

namespace Querier.Pages;

/// <summary>Creates HTML. Interpolated values are encoded, unless they are HTML content.</summary>
internal static class Markup
{
    public static readonly IHtmlContent None = new HtmlString("<span class=\"none\">–</span>");

    public static IHtmlContent Html(FormattableString markup) =>
        new HtmlFormattableString(CultureInfo.InvariantCulture, markup.Format, markup.GetArguments());

    /// <summary>Creates a stable id from names. The script uses it to find the element to update.</summary>
    public static string Id(params string[] names) => string.Join(':', names.Select(Uri.EscapeDataString));

    public static IHtmlContent Columns(IEnumerable<string> headings) =>
        Html($"""<thead role="rowgroup"><tr role="row">{Join(headings.Select(heading => Html($"""<th role="columnheader" scope="col">{heading}</th>""")))}</tr></thead>""");

    public static IHtmlContent Join(IEnumerable<IHtmlContent> parts)
    {
        var joined = new HtmlContentBuilder();
        foreach (var part in parts)
            joined.AppendHtml(part);
        return joined;
    }
}
