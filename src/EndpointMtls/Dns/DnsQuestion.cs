namespace EndpointMtls.Dns;

/// <summary>The question of a query: a name and a record type.</summary>
internal sealed record DnsQuestion
{
    /// <param name="name">The fully qualified name. A trailing dot is removed.</param>
    /// <param name="type">The record type.</param>
    /// <exception cref="ArgumentException">The name is not a valid DNS name.</exception>
    public DnsQuestion(string name, DnsType type)
    {
        var relative = name.EndsWith('.') ? name[..^1] : name;
        if (DnsName.FindProblem(relative) is { } problem)
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
