namespace EndpointMtls.Configuration;

/// <summary>Why a text is not YAML that we read.</summary>
internal sealed class YamlProblem(string what, SourceLocation? location, string? fix = null) : Exception(what)
{
    public SourceLocation? Location { get; } = location;

    public string? Fix { get; } = fix;
}
