namespace EndpointMtls.Configuration;

/// <summary>A value of the configuration and its place, whatever it was read from.</summary>
internal abstract record ConfigNode(SourceLocation? Location)
{
    /// <summary>What to call it in an error.</summary>
    public abstract string Kind { get; }
}

/// <summary>A key without a value.</summary>
internal sealed record NullNode(SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "nothing";
}

internal sealed record TextNode(string Text, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "a single value";
}

internal sealed record ListNode(IReadOnlyList<ConfigNode> Items, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "a list";
}

internal sealed record MapNode(IReadOnlyList<MapEntry> Entries, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "a group of keys";
}

internal sealed record MapEntry(string Key, SourceLocation? Location, ConfigNode Value);
