using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Configuration.Readers;

/// <summary>The spelling of keys: snake case in YAML; in configuration sections any case, with or without underscores.</summary>
internal static class KeySpelling
{
    private static readonly string[][] Groups =
    [
        [ConfigKeys.Realms, ConfigKeys.Server],
        ConfigKeys.OfRealm,
        ConfigKeys.OfServer,
        ConfigKeys.OfSdFiles,
        ConfigKeys.OfTlsConfig,
        ConfigKeys.OfThanos,
        ConfigKeys.OfThanosEndpoint,
        ConfigKeys.OfClientConfig,
        [.. OtherServerKeys.Hints.Concat(OtherTlsKeys.Hints).SelectMany(hint => hint.Keys)],
    ];

    private static readonly Dictionary<string, string> Keys =
        Groups.SelectMany(keys => keys).Distinct().ToDictionary(WithoutUnderscores, StringComparer.OrdinalIgnoreCase);

    /// <summary>The YAML key for <c>CertFile</c>, <c>CERTFILE</c> or <c>cert_file</c>. An unknown key is returned unchanged.</summary>
    public static string Normalize(string key) => Keys.GetValueOrDefault(WithoutUnderscores(key), key);

    private static string WithoutUnderscores(string key) => key.Replace("_", "", StringComparison.Ordinal);
}
