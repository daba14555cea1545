namespace EndpointMtls.Documents;

/// <summary>A place in a file, counted from one.</summary>
internal sealed record SourceLocation(string File, long Line, long Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}
