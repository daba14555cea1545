using System.Text.RegularExpressions;

namespace EndpointMtls.Text;

/// <summary>The messages of exceptions of .NET, as part of a sentence.</summary>
internal static partial class ExceptionText
{
    private const int MaxLength = 300;

    /// <summary>Returns a message on one line, bounded, without a full stop and without the name of a parameter.</summary>
    public static string Of(Exception exception) =>
        Snippet.Limit(Parameter().Replace(exception.Message, "").TrimEnd().TrimEnd('.'), MaxLength);

    /// <summary>What ArgumentException appends to its message.</summary>
    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)|\r?\nParameter name: .*", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}
