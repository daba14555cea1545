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
    public bool Group { get; init; }
    public string? ServiceConfig { get; init; }
    public ImmutableArray<FileSdDefinition> SdFiles { get; init; } = [];

    /// <summary>Whether all of it is the same, wherever it stands.</summary>
    public bool IsSameAs(RealmDefinition? other) =>
        other is not null && (Name, Mode, Group, ServiceConfig) == (other.Name, other.Mode, other.Group, other.ServiceConfig)
        && (Tls?.IsSameAs(other.Tls) ?? other.Tls is null)
        && SdFiles.Length == other.SdFiles.Length && SdFiles.Zip(other.SdFiles).All(pair => pair.First.IsSameAs(pair.Second))
        && Endpoints.SequenceEqual(other.Endpoints)
        && Match.Select(pattern => pattern.Text).SequenceEqual(other.Match.Select(pattern => pattern.Text));
}

/// <summary>Files that list endpoints: each path ends in a known format, and names one file or those of one folder.</summary>
internal sealed record FileSdDefinition(ImmutableArray<string> Files, TimeSpan RefreshInterval)
{
    /// <summary>Whether all of it is the same. Equality would compare the lists by reference.</summary>
    public bool IsSameAs(FileSdDefinition other) => RefreshInterval == other.RefreshInterval && Files.SequenceEqual(other.Files);
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
