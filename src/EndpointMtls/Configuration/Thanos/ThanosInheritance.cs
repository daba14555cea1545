using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Thanos;

/// <summary>
/// Combines the settings of a Thanos endpoint with <c>default_client_config</c>: each own setting replaces the default, and an
/// empty one removes it. This follows the documentation of Thanos; its code inherits less.
/// </summary>
internal sealed class ThanosInheritance(ConfigurationErrors errors)
{
    private const string EnableTls = $"Set '{ConfigKeys.Enabled}: true' and '{ConfigKeys.CaFile}'";

    private static readonly string[] TrustKeys = [ConfigKeys.CaFile, ConfigKeys.UseSystemRoots, ConfigKeys.InsecureSkipVerify];

    /// <returns>The <c>tls_config</c> of a realm; <see langword="null"/> if no setting decides, which means plaintext.</returns>
    public MapNode? Resolve(ClientConfig? own, ClientConfig? defaults)
    {
        if ((own?.IsSecured ?? defaults?.IsSecured) is not true)
        {
            RejectUnusedSettings(own, defaults);
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

    /// <summary>The own and inherited keys of the channel that are set, in a fixed order.</summary>
    public static List<MapEntry> ResolveChannel(ClientConfig? own, ClientConfig? defaults)
    {
        var settings = new Dictionary<string, MapEntry>(defaults?.Channel ?? []);
        foreach (var (key, entry) in own?.Channel ?? [])
        {
            settings[key] = entry;
        }

        return
        [
            .. from key in ConfigKeys.OfChannel
               where settings.TryGetValue(key, out var entry) && entry.Value is not TextNode { Text: "" }
               select settings[key],
        ];
    }

    // An own trust setting replaces all inherited ones. Replacing 'insecure_skip_verify: true' must be explicit.
    private void ReplaceTrust(ClientConfig own, Dictionary<string, MapEntry> inherited)
    {
        if (TrustKeys.FirstOrDefault(own.IsSet) is not { } key)
        {
            return;
        }

        if (key != ConfigKeys.InsecureSkipVerify && !own.Settings.ContainsKey(ConfigKeys.InsecureSkipVerify)
            && inherited.TryGetValue(ConfigKeys.InsecureSkipVerify, out var skip) && TlsReader.IsSet(skip))
        {
            var entry = own.Settings[key];
            errors.Add(
                ErrorCode.Conflict, entry.Value.WrittenAt!, entry.Location,
                $"cannot be combined with the inherited '{ConfigKeys.InsecureSkipVerify}: true'",
                $"Set '{ConfigKeys.InsecureSkipVerify}: false' next to it");
        }

        foreach (var trustKey in TrustKeys)
        {
            inherited.Remove(trustKey);
        }
    }

    // Thanos would connect in plaintext and ignore these settings.
    private void RejectUnusedSettings(ClientConfig? own, ClientConfig? defaults)
    {
        if (own is { IsPlaintext: true })
        {
            return;
        }

        // An empty tls_config can be the result of environment variables that were not set.
        if ((own is { HasTlsConfig: true } ? own : defaults) is { HasTlsConfig: true, IsPlaintext: false } empty
            && !empty.Settings.Values.Any(TlsReader.IsSet) && !errors.AnyAt(empty.TlsPath))
        {
            errors.Add(
                ErrorCode.Required, empty.TlsPath, empty.Location, "has no setting that enables TLS",
                $"{EnableTls}, or for plaintext '{ConfigKeys.Enabled}: false'", empty.TlsWrittenAt);
        }

        var inherited = defaults is { IsPlaintext: false }
            ? defaults.Settings.Where(setting => own?.Settings.ContainsKey(setting.Key) != true)
            : [];
        foreach (var (_, entry) in (own?.Settings ?? []).Concat(inherited).Where(setting => TlsReader.IsSet(setting.Value)))
        {
            errors.Add(
                ErrorCode.Conflict, entry.Value.WrittenAt!, entry.Location, "has no effect: TLS is not enabled",
                $"{EnableTls} in '{ConfigKeys.TlsConfig}', or remove '{entry.Key}'");
        }
    }
}
