using System.Collections.Immutable;
using System.Security.Authentication;
using EndpointMtls.Addressing;
using EndpointMtls.Documents;
using EndpointMtls.Text;
using Grpc.Net.Client.Configuration;

namespace EndpointMtls.Configuration.Model;

/// <summary>A realm whose every value has been checked; only its files have not been opened yet.</summary>
internal sealed record RealmDefinition(
    string Name,
    ImmutableArray<AddressPattern> Match,
    TlsDefinition? Tls,
    ImmutableArray<EndpointTarget> Listed,
    EndpointMode Mode,
    RealmOrigin Origin)
{
    /// <summary>Whether it says in words that it is plaintext.</summary>
    public bool IsPlaintextInWords { get; init; }

    /// <summary>How it says that, if it is.</summary>
    public string WhyPlaintext => IsPlaintextInWords ? $"its '{ConfigKeys.TlsConfig}' says '{ConfigKeys.Enabled}: false'" : $"it has no '{ConfigKeys.TlsConfig}'";

    /// <summary>Whether it has no name of its own, and so may be another one in the same place. The server's is never another.</summary>
    public bool IsCalledByPlace => Name == Origin.Path && Tls is not { IsServer: true };

    public bool Group { get; init; }
    public ServiceConfigDefinition? ServiceConfig { get; init; }
    public ProbeMode Probe { get; init; }
    public ImmutableArray<FileSdDefinition> SdFiles { get; init; } = [];

    /// <summary>The listed addresses that are known.</summary>
    public ImmutableArray<EndpointAddress> Endpoints => [.. Listed.OfType<StaticTarget>().Select(target => target.Address)];

    /// <summary>The listed addresses that have to be looked up.</summary>
    public ImmutableArray<DiscoveryTarget> Discovered => [.. Listed.OfType<DiscoveryTarget>()];

    /// <summary>The names and files that it discovers endpoints by.</summary>
    public ImmutableArray<string> Sources => [.. Discovered.Select(target => target.Normal), .. SdFiles.SelectMany(definition => definition.Files)];

    /// <summary>Whether it lists endpoints or discovers them, beyond the patterns for those that are asked for.</summary>
    public bool HasEndpoints => Listed.Length > 0 || SdFiles.Length > 0;

    /// <summary>The key under which an option of TLS stands.</summary>
    public string KeyOf(string key) => Tls is not { IsServer: true } ? $"{ConfigKeys.TlsConfig}.{key}" : key == ConfigKeys.CaFile ? ConfigKeys.ClientCaFile : key;

    /// <summary>Whether a target of the realm stands for a group: it has a name, and so may have several addresses.</summary>
    public bool IsGroup(EndpointTarget target) => Group && target is not StaticTarget { Address: { IsUnix: true } or { IsIP: true } };

    /// <summary>What an address, as it was written, says of TLS against the realm, and the fix; <see langword="null"/> if it says nothing, or the same.</summary>
    public (string What, string Fix)? Contradict(string text, EndpointAddress address, bool? saysTls)
    {
        var fix = $"Write '{address}': whether TLS is used is the realm's decision";
        return (saysTls, Tls) switch
        {
            (true, null) => ($"'{Snippet.Truncate(text)}' asks for TLS, and realm '{Name}' is plaintext: {WhyPlaintext}", fix),
            (false, not null) => ($"'{Snippet.Truncate(text)}' asks for plaintext, and realm '{Name}' has a '{ConfigKeys.TlsConfig}'", fix),
            _ => null,
        };
    }

    /// <summary>Whether all of it is the same, wherever it stands.</summary>
    public bool IsSameAs(RealmDefinition? other) =>
        other is not null && (Name, Mode, Group, ServiceConfig?.Text, Probe) == (other.Name, other.Mode, other.Group, other.ServiceConfig?.Text, other.Probe)
        && (Tls?.IsSameAs(other.Tls) ?? other.Tls is null)
        && SdFiles.Length == other.SdFiles.Length && SdFiles.Zip(other.SdFiles).All(pair => pair.First.IsSameAs(pair.Second))
        && Listed.Select(target => target.Normal).SequenceEqual(other.Listed.Select(target => target.Normal))
        && Match.Select(pattern => pattern.Text).SequenceEqual(other.Match.Select(pattern => pattern.Text));
}

/// <summary>A gRPC service config that was understood, and the text it was read from.</summary>
internal sealed record ServiceConfigDefinition(string Text, ServiceConfig Config);

/// <summary>Files that list endpoints: each path ends in a known format, and names one file or those of one folder.</summary>
internal sealed record FileSdDefinition(ImmutableArray<string> Files, TimeSpan RefreshInterval)
{
    /// <summary>Whether all of it is the same. Equality would compare the lists by reference.</summary>
    public bool IsSameAs(FileSdDefinition other) => RefreshInterval == other.RefreshInterval && Files.SequenceEqual(other.Files);
}

/// <summary>The TLS side of a realm: a certificate comes with its key, and it is said in words whom to trust.</summary>
internal sealed record TlsDefinition
{
    /// <summary>Whether these are the files of a server: its authorities vouch for clients, and it may have none.</summary>
    public bool IsServer { get; init; }

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

    /// <summary>Whether it has authorities of its own.</summary>
    public bool HasAuthorities => !UseSystemRoots && !InsecureSkipVerify && !CaFiles.IsEmpty;

    /// <summary>Whether connections made by these rules may stay when the others come into force, as far as files do not matter.</summary>
    public bool ConnectsLike(TlsDefinition other) =>
        (ServerName, MinVersion, UseSystemRoots, InsecureSkipVerify, OnTrustRemoved) == (other.ServerName, other.MinVersion, other.UseSystemRoots, other.InsecureSkipVerify, other.OnTrustRemoved);

    /// <summary>Whether it has the same files.</summary>
    public bool ReadsLike(TlsDefinition other) =>
        (IsServer, CertFile, KeyFile, KeyPasswordFile, HasAuthorities) == (other.IsServer, other.CertFile, other.KeyFile, other.KeyPasswordFile, other.HasAuthorities) && CaFiles.SequenceEqual(other.CaFiles);

    /// <summary>Whether all of it is the same. Equality would compare the lists by reference.</summary>
    public bool IsSameAs(TlsDefinition? other) =>
        other is not null && CaFiles.SequenceEqual(other.CaFiles) && this == other with { CaFiles = CaFiles };
}
