namespace EndpointMtls.Documents;

/// <summary>A position in a file. Lines and columns start at 1.</summary>
internal sealed record SourceLocation(string File, long Line, long Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}
