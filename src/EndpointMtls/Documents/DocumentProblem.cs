namespace EndpointMtls.Documents;

/// <summary>Why a text is not YAML or JSON that we read.</summary>
internal sealed class DocumentProblem(string what, SourceLocation? location, string? fix = null) : Exception(what)
{
    public SourceLocation? Location { get; } = location;

    public string? Fix { get; } = fix;
}
