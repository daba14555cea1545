namespace EndpointMtls.Dns;

/// <summary>A name and the type of the records that are wanted of it.</summary>
internal sealed record DnsQuestion
{
    /// <param name="name">The whole name; a trailing dot does not count.</param>
    /// <param name="type">The type of records.</param>
    /// <exception cref="ArgumentException">No DNS server can be asked for such a name.</exception>
    public DnsQuestion(string name, DnsType type)
    {
        var relative = name.EndsWith('.') ? name[..^1] : name;
        if (DnsName.ProblemOf(relative) is { } problem)
        {
            throw new ArgumentException($"The name '{name}' {problem}.", nameof(name));
        }

        Name = relative.ToLowerInvariant();
        Type = type;
    }

    public string Name { get; }

    public DnsType Type { get; }

    public override string ToString() => $"{Type} '{Name}'";
}
