namespace EndpointMtls.Documents;

/// <summary>A value of the configuration and its place, whatever it was read from.</summary>
internal abstract record ConfigNode(SourceLocation? Location)
{
    /// <summary>What to call it in an error.</summary>
    public abstract string Kind { get; }

    /// <summary>The path it was written at, if it is used at another one.</summary>
    public string? WrittenAt { get; init; }

    /// <summary>Whether it says nothing: no value, or an empty text.</summary>
    public bool IsBlank => this is NullNode or TextNode { Text: "" };
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

/// <summary>A number of JSON, or its <c>true</c> or <c>false</c>: in JSON only what stands in quotes is text.</summary>
internal sealed record LiteralNode(string Word, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => Word is "true" or "false" ? $"the literal {Word}" : "a number";
}

/// <summary>What sources of a section say in two ways: one value, and values beneath it. Neither may count in silence.</summary>
internal sealed record ConflictNode(SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "both one value and values beneath it";
}

internal sealed record ListNode(IReadOnlyList<ConfigNode> Items, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "a list";
}

internal sealed record MapNode(IReadOnlyList<MapEntry> Entries, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "a group of keys";

    public bool Has(params ReadOnlySpan<string> keys)
    {
        foreach (var entry in Entries)
        {
            if (keys.Contains(entry.Key))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed record MapEntry(string Key, SourceLocation? Location, ConfigNode Value);
