using System.Globalization;
using Microsoft.AspNetCore.Html;

namespace Querier.Pages;

/// <summary>Markup whose gaps are always encoded, unless what fills them is markup itself.</summary>
internal static class Markup
{
    public static readonly IHtmlContent None = new HtmlString("<span class=\"none\">–</span>");

    public static IHtmlContent Html(FormattableString markup) =>
        new HtmlFormattableString(CultureInfo.InvariantCulture, markup.Format, markup.GetArguments());

    public static IHtmlContent Join(IEnumerable<IHtmlContent> parts)
    {
        var joined = new HtmlContentBuilder();
        foreach (var part in parts)
            joined.AppendHtml(part);
        return joined;
    }
}
