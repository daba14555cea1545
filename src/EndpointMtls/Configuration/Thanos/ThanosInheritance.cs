using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Thanos;

/// <summary>
/// What an endpoint of Thanos uses: each setting of its own, or else the default's; an empty one takes the default away.
/// So Thanos' documents have it; its code inherits less.
/// </summary>
internal sealed class ThanosInheritance(ConfigurationErrors errors)
{
    private static readonly string[] TrustKeys = [ConfigKeys.CaFile, ConfigKeys.UseSystemRoots, ConfigKeys.InsecureSkipVerify];

    /// <returns>A <c>tls_config</c> of ours; nothing for plaintext that nobody speaks of.</returns>
    public MapNode? Resolve(ClientConfig? own, ClientConfig? defaults)
    {
        if ((own?.IsSecured ?? defaults?.IsSecured) is not true)
        {
            RefuseIdle(own, defaults);
            return own is { IsPlaintext: true } ? own.ToPlaintext() : defaults is { IsPlaintext: true } ? defaults.ToPlaintext() : null;
        }

        if (own is null)
        {
            return defaults!.ToTlsConfig();
        }

        var settings = new Dictionary<string, MapEntry>(defaults?.Settings ?? []);
        ReplaceTrust(own, settings);
        foreach (var (key, entry) in own.Settings)
        {
            settings[key] = entry;
        }

        return own.ToTlsConfig(settings);
    }

    // Whoever says whom to trust means it in place of the default. Only that nobody is verified may not end unnoticed, nor stay unnoticed.
    private void ReplaceTrust(ClientConfig own, Dictionary<string, MapEntry> inherited)
    {
        if (TrustKeys.FirstOrDefault(own.Says) is not { } chosen)
        {
            return;
        }

        if (chosen != ConfigKeys.InsecureSkipVerify && !own.Settings.ContainsKey(ConfigKeys.InsecureSkipVerify)
            && inherited.TryGetValue(ConfigKeys.InsecureSkipVerify, out var skip) && TlsReader.Says(skip))
        {
            var entry = own.Settings[chosen];
            errors.Add(ErrorCode.Conflict, entry.Value.WrittenAt!, entry.Location, $"contradicts '{ConfigKeys.InsecureSkipVerify}: true', which is inherited", $"Write '{ConfigKeys.InsecureSkipVerify}: false' beside it");
        }

        foreach (var key in TrustKeys)
        {
            inherited.Remove(key);
        }
    }

    // Thanos connects in plaintext here, whatever else is set.
    private void RefuseIdle(ClientConfig? own, ClientConfig? defaults)
    {
        if (own is { IsPlaintext: true })
        {
            return;
        }

        // One that is there and empty is what is left of variables that were not set.
        if ((own is { HasTlsConfig: true } ? own : defaults) is { HasTlsConfig: true, IsPlaintext: false } empty && !empty.Settings.Values.Any(TlsReader.Says) && !errors.AnyAt(empty.TlsPath))
        {
            errors.Add(ErrorCode.Required, empty.TlsPath, empty.Location, "is there, and turns nothing on", $"Write '{ConfigKeys.Enabled}: true' and a '{ConfigKeys.CaFile}' in it; '{ConfigKeys.Enabled}: false' for plaintext; or remove it");
        }

        var inherited = defaults is { IsPlaintext: false } ? defaults.Settings.Where(setting => own?.Settings.ContainsKey(setting.Key) != true) : [];
        foreach (var (_, entry) in (own?.Settings ?? []).Concat(inherited).Where(setting => TlsReader.Says(setting.Value)))
        {
            errors.Add(
                ErrorCode.Conflict, entry.Value.WrittenAt!, entry.Location, "has no effect without TLS, and nothing here turns it on",
                $"Write '{ConfigKeys.Enabled}: true' and a '{ConfigKeys.CaFile}' in the '{ConfigKeys.TlsConfig}', or remove it");
        }
    }
}
