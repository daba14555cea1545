using System.Collections.Immutable;
using Grpc.Net.Client;

namespace EndpointMtls;

/// <summary>One endpoint of a set, at one moment.</summary>
public sealed record GrpcEndpoint
{
    /// <summary>The address, normalised: <c>host:port</c>, <c>[IPv6]:port</c> or <c>unix:/path</c>; of a group, what it was listed as.</summary>
    public required string Address { get; init; }

    /// <summary>The name of the realm it belongs to, which decides how it is secured.</summary>
    public required string Realm { get; init; }

    /// <summary>How it was found: <c>endpoints</c> if the realm lists it; otherwise the path of the file, or the name that was looked up.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it stays in use while it fails.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether it stands for several addresses, over which calls are balanced.</summary>
    public bool IsGroup { get; init; }

    /// <summary>The addresses of a group now; empty for others.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>The labels of the file that lists it; empty for others.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What the last probe found.</summary>
    public EndpointHealth Health { get; init; }

    /// <summary>When the last probe ended; <see langword="null"/> before the first.</summary>
    public DateTimeOffset? LastCheck { get; init; }

    /// <summary>When a probe last went well; <see langword="null"/> if none has.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Why the last probe failed, and what to do about it; <see langword="null"/> if it went well.</summary>
    public string? LastError { get; init; }

    /// <summary>The reason of <see cref="LastError"/>, where the connection is to blame.</summary>
    public ConnectionFailureReason? LastErrorReason { get; init; }

    /// <summary>What the endpoint told when a probe last went well: whatever the <see cref="IEndpointProbe"/> returned. The default probe returns nothing.</summary>
    public object? ProbeResult { get; init; }

    /// <summary>Whether to use it: it is strict, or healthy, or nobody asks how it is.</summary>
    public bool IsUsed => IsStrict || Health is EndpointHealth.Healthy or EndpointHealth.NotProbed;

    /// <summary>The channel to it. The set owns it: never dispose it. It stays usable for a while when what was discovered is not found any more.</summary>
    public required GrpcChannel Channel { get; init; }

    /// <summary>Describes its connection as it is now: protection, last connection and last failure.</summary>
    public EndpointDescription Describe() => DescribeNow?.Invoke() ?? new EndpointDescription { Address = Address, Realm = Realm, IsStrict = IsStrict };

    internal Func<EndpointDescription>? DescribeNow { get; init; }
}
