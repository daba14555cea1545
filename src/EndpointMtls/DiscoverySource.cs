namespace EndpointMtls;

/// <summary>A file or a DNS name from which endpoints are discovered, and the result of its last refresh.</summary>
public sealed record DiscoverySource
{
    /// <summary>The path of the file, or the DNS name with its prefix, for example <c>dnssrv+_grpc._tcp.example.com</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the realm that the discovered endpoints belong to.</summary>
    public required string Realm { get; init; }

    /// <summary>How many targets or addresses it has now. While a refresh fails: how many it had at the last success.</summary>
    public int Count { get; init; }

    /// <summary>When it was last read or looked up successfully, in UTC; <see langword="null"/> before the first time.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Why the last refresh failed, and what to do; <see langword="null"/> if it succeeded.</summary>
    public string? LastError { get; init; }
}
