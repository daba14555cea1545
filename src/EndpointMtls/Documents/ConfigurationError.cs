using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>An error or a warning: its key, its position, the problem and the fix. Immutable.</summary>
/// <param name="Code">The kind of error.</param>
/// <param name="Key">The path of the key, for example <c>realms[0].tls_config.ca_file</c>, or of the file.</param>
/// <param name="Location">The position in the file; <see langword="null"/> in sections and code.</param>
/// <param name="Problem">The problem, without a full stop.</param>
/// <param name="Fix">How to fix it, as an imperative or a question; <see langword="null"/> if the problem says it.</param>
internal sealed record ConfigurationError(ErrorCode Code, string Key, SourceLocation? Location, string Problem, string? Fix)
{
    // More than any path of a usual length needs. A line has at most three times as many characters.
    private const int MaxLength = 600;

    /// <summary>Returns the error on one line, escaped and bounded: <c>file:line:column: key: problem. Fix.</c></summary>
    public override string ToString()
    {
        var place = Location is null ? Key : Key == Location.File ? $"{Location}" : $"{Location}: {Key}";
        var fix = Fix is null ? "" : Bound(Fix) is var bounded && bounded.EndsWith('?') ? $" {bounded}" : $" {bounded}.";
        return $"{Bound(place)}: {Bound(Problem)}.{fix}";
    }

    private static string Bound(string part) => Snippet.Limit(part, MaxLength);
}
