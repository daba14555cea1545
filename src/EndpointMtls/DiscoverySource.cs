namespace EndpointMtls;

/// <summary>A file or a name that endpoints are discovered by.</summary>
public sealed record DiscoverySource
{
    /// <summary>The path of the file, or the name with its prefix: <c>dnssrv+_grpc._tcp.example.com</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The realm that what is found belongs to.</summary>
    public required string Realm { get; init; }

    /// <summary>How many targets or addresses it yields now; those of the last good reading while it fails.</summary>
    public int Count { get; init; }

    /// <summary>When it was last read or looked up with success; <see langword="null"/> before the first time.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Why it cannot be read or looked up now, and what to do; <see langword="null"/> when it can.</summary>
    public string? LastError { get; init; }
}
