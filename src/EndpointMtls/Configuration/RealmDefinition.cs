using System.Collections.Immutable;
using System.Security.Authentication;

namespace EndpointMtls.Configuration;

/// <summary>A realm whose every value has been checked; only its files have not been opened yet.</summary>
internal sealed record RealmDefinition(
    string Name,
    ImmutableArray<AddressPattern> Match,
    TlsDefinition? Tls,
    ImmutableArray<EndpointAddress> Endpoints,
    EndpointMode Mode,
    RealmOrigin Origin)
{
    /// <summary>Whether all of it is the same, wherever it stands.</summary>
    public bool IsSameAs(RealmDefinition? other) =>
        other is not null && Name == other.Name && Mode == other.Mode
        && (Tls?.IsSameAs(other.Tls) ?? other.Tls is null)
        && Endpoints.SequenceEqual(other.Endpoints)
        && Match.Select(pattern => pattern.Text).SequenceEqual(other.Match.Select(pattern => pattern.Text));
}

/// <summary>The TLS side of a realm: a certificate comes with its key, and it is said in words whom to trust.</summary>
internal sealed record TlsDefinition
{
    public string? CertFile { get; init; }
    public string? KeyFile { get; init; }
    public string? KeyPasswordFile { get; init; }
    public required ImmutableArray<string> CaFiles { get; init; }
    public required bool UseSystemRoots { get; init; }
    public required bool InsecureSkipVerify { get; init; }
    public string? ServerName { get; init; }
    public required SslProtocols MinVersion { get; init; }
    public required TimeSpan CheckInterval { get; init; }
    public required TimeSpan SwapJitter { get; init; }
    public required TimeSpan DrainTimeout { get; init; }
    public required TimeSpan CaOverlap { get; init; }
    public required TrustRemovedAction OnTrustRemoved { get; init; }
    public required ExpiredAction OnExpired { get; init; }

    /// <summary>Whether connections made by these rules may stay when the others come into force, as far as files do not matter.</summary>
    public bool ConnectsLike(TlsDefinition other) =>
        (ServerName, MinVersion, UseSystemRoots, InsecureSkipVerify) == (other.ServerName, other.MinVersion, other.UseSystemRoots, other.InsecureSkipVerify);

    /// <summary>Whether all of it is the same. Equality would compare the lists by reference.</summary>
    public bool IsSameAs(TlsDefinition? other) =>
        other is not null && CaFiles.SequenceEqual(other.CaFiles) && this == other with { CaFiles = CaFiles };
}
