using EndpointMtls;
using Microsoft.AspNetCore.Html;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The source of an endpoint as a short text. The table of sources has the details.</summary>
internal static class SourceText
{
    private const string Listed = "endpoints";

    public static IHtmlContent Of(GrpcEndpoint endpoint) =>
        endpoint.Source == Listed ? Html($"<span>the configuration</span>")
        : IsName(endpoint.Source) ? Html($"<span>DNS<small>{endpoint.Source}</small></span>")
        : Html($"<span>a file<small>{Path.GetFileName(endpoint.Source)}</small></span>");

    // For example dnssrv+name.
    private static bool IsName(string source) => source.StartsWith("dns", StringComparison.Ordinal) && source.Contains('+', StringComparison.Ordinal);
}
