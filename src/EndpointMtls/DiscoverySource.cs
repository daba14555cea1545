namespace EndpointMtls;

/// <summary>A file or a DNS name from which endpoints are discovered, and the result of its last refresh.</summary>
public sealed record DiscoverySource
{
    /// <summary>The path of the file, or the DNS name with its prefix, for example <c>dnssrv+_grpc._tcp.example.com</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the realm that the discovered endpoints belong to.</summary>
    public required string Realm { get; init; }

    /// <summary>
    /// How many targets or addresses it has now. While a file or a lookup is unusable: how many it had at <see cref="LastSuccess"/>.
    /// 0 if the file is deleted, or the DNS has no addresses for the name.
    /// </summary>
    public int Count { get; init; }

    /// <summary>
    /// When a check last found the file usable, or a lookup last found addresses, in UTC; <see langword="null"/> before the first time.
    /// An unchanged result counts too, and does not signal <see cref="IEndpointSet.GetChangeToken"/>.
    /// </summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>
    /// What is wrong with it, and what to do; <see langword="null"/> if nothing is. The file or the lookup is unusable, the name has no
    /// addresses, or a part is left out: the rest is in use then, and <see cref="LastSuccess"/> is the time of the last refresh.
    /// </summary>
    public string? LastError { get; init; }
}
