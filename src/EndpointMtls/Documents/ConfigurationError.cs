using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>One error or warning: what is wrong at which key, where, and how to fix it. Immutable.</summary>
/// <param name="Code">The kind of error.</param>
/// <param name="Key">The path of the key, for example <c>realms[0].tls_config.ca_file</c>, or of the file.</param>
/// <param name="Location">The place in the file; <see langword="null"/> in sections and code.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Fix">How to fix it, as an imperative or a question; <see langword="null"/> if the problem says it.</param>
internal sealed record ConfigurationError(ErrorCode Code, string Key, SourceLocation? Location, string Problem, string? Fix)
{
    /// <summary>The error in one line, as compilers write it; escaped.</summary>
    public override string ToString()
    {
        var place = Location is null ? $"{Key}: " : Key == Location.File ? $"{Location}: " : $"{Location}: {Key}: ";
        var fix = Fix is null ? "" : Fix.EndsWith('?') ? $" {Fix}" : $" {Fix}.";
        return Snippet.Escape($"{place}{Problem}.{fix}");
    }
}
