namespace EndpointMtls.Documents;

/// <summary>A value of a YAML or JSON document or of a configuration section. Immutable.</summary>
/// <param name="Location">The position in the file; <see langword="null"/> in sections and code.</param>
internal abstract record ConfigNode(SourceLocation? Location)
{
    /// <summary>The kind of value, for error texts.</summary>
    public abstract string Kind { get; }

    /// <summary>The path of the key in the document, if the value is moved to another key.</summary>
    public string? WrittenAt { get; init; }

    /// <summary>Whether the value is missing, or is an empty string.</summary>
    public bool IsBlank => this is NullNode or TextNode { Text: "" };
}

/// <summary>A key without a value.</summary>
internal sealed record NullNode(SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "an empty value";
}

/// <summary>A scalar of YAML, a string of JSON, or a value of a section.</summary>
internal sealed record TextNode(string Text, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "a single value";
}

/// <summary>A JSON number, <c>true</c> or <c>false</c>.</summary>
internal sealed record LiteralNode(string Text, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => Text is "true" or "false" ? $"the literal {Text}" : "a number";
}

/// <summary>A section with both a value and child keys, set by different sources. Either could be meant, so this is an error.</summary>
internal sealed record ConflictNode(SourceLocation? Location) : ConfigNode(Location)
{
    public const string Fix = "Remove the value or the child keys: different sources set them";

    public override string Kind => "both a value and child keys";
}

/// <summary>A sequence of YAML, an array of JSON, or the numbered children of a section.</summary>
internal sealed record ListNode(IReadOnlyList<ConfigNode> Items, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "a list";
}

/// <summary>A mapping of YAML, an object of JSON, or the named children of a section.</summary>
internal sealed record MapNode(IReadOnlyList<MapEntry> Entries, SourceLocation? Location) : ConfigNode(Location)
{
    public override string Kind => "a mapping";

    /// <summary>Returns whether the map contains any of these keys.</summary>
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

/// <summary>A key and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Location">The position of the key in the file.</param>
/// <param name="Value">The value.</param>
internal sealed record MapEntry(string Key, SourceLocation? Location, ConfigNode Value);
