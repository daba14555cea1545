using System.Collections.Immutable;
using Grpc.Net.Client;

namespace EndpointMtls;

/// <summary>One endpoint of a set, at one moment.</summary>
public sealed record GrpcEndpoint
{
    /// <summary>
    /// The address in its normal form: <c>host:port</c>, <c>[IPv6]:port</c> or <c>unix:/path</c>. For a group: the address as the realm
    /// lists it.
    /// </summary>
    public required string Address { get; init; }

    /// <summary>The name of the realm that the endpoint belongs to. The realm decides how connections are secured.</summary>
    public required string Realm { get; init; }

    /// <summary>How the endpoint was discovered: the path of a file, or a DNS name. <c>endpoints</c> if the realm lists it.</summary>
    public required string Source { get; init; }

    /// <summary>Whether the endpoint stays in use while it fails: see <see cref="RealmOptions.Strict"/>.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether calls are balanced over several addresses: see <see cref="RealmOptions.Group"/>.</summary>
    public bool IsGroup { get; init; }

    /// <summary>The current addresses of a group; empty for other endpoints.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>The labels from the discovery file; empty for other endpoints.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The result of the last probe.</summary>
    public EndpointHealth Health { get; init; }

    /// <summary>When the last probe ended, in UTC; <see langword="null"/> before the first.</summary>
    public DateTimeOffset? LastCheck { get; init; }

    /// <summary>When a probe last succeeded, in UTC; <see langword="null"/> if none has.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Why the last probe failed, and what to do; <see langword="null"/> if it succeeded.</summary>
    public string? LastError { get; init; }

    /// <summary>The reason of <see cref="LastError"/> if the connection failed; otherwise <see langword="null"/>.</summary>
    public ConnectionFailureReason? LastErrorReason { get; init; }

    /// <summary>
    /// What the <see cref="IEndpointProbe"/> returned when it last succeeded. Later failures keep it. The default probe returns
    /// <see langword="null"/>.
    /// </summary>
    public object? ProbeResult { get; init; }

    /// <summary>Whether to send calls to the endpoint: it is strict, healthy or not probed.</summary>
    public bool IsUsed => IsStrict || Health is EndpointHealth.Healthy or EndpointHealth.NotProbed;

    /// <summary>
    /// The channel to the endpoint. The set owns it: do not dispose it. If a caller disposes it, the set gets another one. After a
    /// discovered endpoint leaves, its channel accepts calls for another <see cref="EndpointSetOptions.UnhealthyTimeout"/>.
    /// </summary>
    public required GrpcChannel Channel { get; init; }

    /// <summary>Describes the endpoint as it is now: TLS settings, last connection and last failure. Opens no connection.</summary>
    public EndpointDescription Describe() =>
        DescribeNow?.Invoke() ?? new EndpointDescription { Address = Address, Realm = Realm, IsStrict = IsStrict };

    internal Func<EndpointDescription>? DescribeNow { get; init; }
}
