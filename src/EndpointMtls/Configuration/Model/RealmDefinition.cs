using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Documents;
using EndpointMtls.Text;
using Grpc.Net.Client.Configuration;

namespace EndpointMtls.Configuration.Model;

/// <summary>The options of a realm after all checks that need no files. Immutable.</summary>
internal sealed record RealmDefinition(
    string Name,
    ImmutableArray<AddressPattern> Match,
    TlsDefinition? Tls,
    ImmutableArray<EndpointTarget> Listed,
    bool IsStrict,
    RealmOrigin Origin)
{
    /// <summary>Whether plaintext is set explicitly, by <c>enabled: false</c>.</summary>
    public bool IsExplicitPlaintext { get; init; }

    /// <summary>The reason why a realm without TLS is plaintext, as part of a sentence.</summary>
    public string PlaintextReason => IsExplicitPlaintext
        ? $"its '{ConfigKeys.TlsConfig}' sets '{ConfigKeys.Enabled}: false'"
        : $"it has no '{ConfigKeys.TlsConfig}'";

    /// <summary>
    /// Whether the name is only the place in the list. After a reload, another realm can have that place. Does not apply to the
    /// realm of a server's own files.
    /// </summary>
    public bool HasDefaultName => Name == Origin.Path && Tls is not { IsServer: true };

    public bool Group { get; init; }
    public ServiceConfigDefinition? ServiceConfig { get; init; }
    public bool IsProbed { get; init; } = true;
    public ChannelDefinition Channel { get; init; } = ChannelDefinition.Default;
    public ImmutableArray<FileSdDefinition> SdFiles { get; init; } = [];

    /// <summary>The listed addresses that need no discovery.</summary>
    public ImmutableArray<EndpointAddress> Endpoints => [.. Listed.OfType<StaticTarget>().Select(target => target.Address)];

    /// <summary>The listed discovery addresses.</summary>
    public ImmutableArray<DiscoveryTarget> Discovered => [.. Listed.OfType<DiscoveryTarget>()];

    /// <summary>The names and files from which endpoints are discovered.</summary>
    public ImmutableArray<string> Sources =>
        [.. Discovered.Select(target => target.Normal), .. SdFiles.SelectMany(definition => definition.Files)];

    /// <summary>Whether the realm lists or discovers endpoints. Patterns alone do not count.</summary>
    public bool HasEndpoints => Listed.Length > 0 || SdFiles.Length > 0;

    /// <summary>The key of a TLS option, relative to the realm or the server.</summary>
    public string KeyOf(string key) =>
        Tls is not { IsServer: true } ? $"{ConfigKeys.TlsConfig}.{key}"
        : key == ConfigKeys.CaFile ? ConfigKeys.ClientCaFile
        : key == ConfigKeys.CrlFile ? ConfigKeys.ClientCrlFile
        : key;

    /// <summary>Whether a target of the realm is a group: it has a host name, which can resolve to several addresses.</summary>
    public bool IsGroup(EndpointTarget target) => Group && target is not StaticTarget { Address: { IsUnix: true } or { IsIP: true } };

    /// <summary>The problem and the fix if the scheme of an address conflicts with the realm; otherwise <see langword="null"/>.</summary>
    /// <param name="text">The address as it was written.</param>
    /// <param name="address">The address.</param>
    /// <param name="usesTls">Whether its scheme specifies TLS; <see langword="null"/> if it specifies neither.</param>
    public (string What, string Fix)? FindTlsConflict(string text, EndpointAddress address, bool? usesTls)
    {
        var written = Snippet.Truncate(text);
        var fix = $"Write '{address}' without a scheme: the realm specifies whether TLS is used";
        return (usesTls, Tls) switch
        {
            (true, null) => ($"'{written}' specifies TLS, but realm '{Name}' is plaintext: {PlaintextReason}", fix),
            (false, not null) => ($"'{written}' specifies plaintext, but realm '{Name}' has a '{ConfigKeys.TlsConfig}'", fix),
            _ => null,
        };
    }

    /// <summary>Whether all options are equal. The place of the realm in the configuration does not matter.</summary>
    public bool IsSameAs(RealmDefinition? other) =>
        other is not null
        && (Name, IsStrict, Group, IsProbed) == (other.Name, other.IsStrict, other.Group, other.IsProbed)
        && ServiceConfig?.Text == other.ServiceConfig?.Text
        && Channel.IsSameAs(other.Channel)
        && (Tls?.IsSameAs(other.Tls) ?? other.Tls is null)
        && SdFiles.Length == other.SdFiles.Length && SdFiles.Zip(other.SdFiles).All(pair => pair.First.IsSameAs(pair.Second))
        && Listed.Select(target => target.Normal).SequenceEqual(other.Listed.Select(target => target.Normal))
        && Match.Select(pattern => pattern.Text).SequenceEqual(other.Match.Select(pattern => pattern.Text));
}

/// <summary>A gRPC service config, and the JSON it was read from.</summary>
internal sealed record ServiceConfigDefinition(string Text, ServiceConfig Config);

/// <summary>Files that list endpoints. Each path has a known extension; with a <c>*</c> it matches the files of one folder.</summary>
internal sealed record FileSdDefinition(ImmutableArray<string> Files, TimeSpan RefreshInterval)
{
    /// <summary>Whether all values are equal. The equality of the record compares the list by reference.</summary>
    public bool IsSameAs(FileSdDefinition other) => RefreshInterval == other.RefreshInterval && Files.SequenceEqual(other.Files);
}
