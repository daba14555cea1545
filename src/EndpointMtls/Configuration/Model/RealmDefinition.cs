using System.Collections.Immutable;
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
    bool IsStrict,
    RealmOrigin Origin)
{
    /// <summary>Whether it says in words that it is plaintext.</summary>
    public bool IsExplicitPlaintext { get; init; }

    /// <summary>How it says that, if it is.</summary>
    public string WhyPlaintext => IsExplicitPlaintext ? $"its '{ConfigKeys.TlsConfig}' says '{ConfigKeys.Enabled}: false'" : $"it has no '{ConfigKeys.TlsConfig}'";

    /// <summary>Whether it has no name of its own, and so may be another one in the same place. The server's is never another.</summary>
    public bool HasDefaultName => Name == Origin.Path && Tls is not { IsServer: true };

    public bool Group { get; init; }
    public ServiceConfigDefinition? ServiceConfig { get; init; }
    public bool IsProbed { get; init; } = true;
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
        other is not null && (Name, IsStrict, Group, ServiceConfig?.Text, IsProbed) == (other.Name, other.IsStrict, other.Group, other.ServiceConfig?.Text, other.IsProbed)
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
