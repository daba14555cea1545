namespace EndpointMtls.Documents;

/// <summary>Says why a document is not supported YAML or JSON.</summary>
internal sealed class DocumentException(string what, SourceLocation? location, string? fix = null) : Exception(what)
{
    public SourceLocation? Location { get; } = location;

    public string? Fix { get; } = fix;
}
