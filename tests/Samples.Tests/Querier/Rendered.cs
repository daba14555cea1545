using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Html;

namespace Samples.Tests.Querier;

internal static class Rendered
{
    /// <summary>Renders HTML. Decodes the plus sign, which discovery names have.</summary>
    public static string Text(IHtmlContent content)
    {
        using var writer = new StringWriter();
        content.WriteTo(writer, HtmlEncoder.Create(UnicodeRanges.All));
        return writer.ToString().Replace("&#x2B;", "+", StringComparison.Ordinal);
    }
}
