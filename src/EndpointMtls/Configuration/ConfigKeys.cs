namespace EndpointMtls.Configuration;

/// <summary>The words of the configuration: YAML uses them as they stand, other sources in any case and without underscores.</summary>
internal static class ConfigKeys
{
    public const string Realms = "realms";

    public const string Name = "name";
    public const string Match = "match";
    public const string TlsConfig = "tls_config";
    public const string Endpoints = "endpoints";
    public const string Mode = "mode";

    public const string CertFile = "cert_file";
    public const string KeyFile = "key_file";
    public const string KeyPasswordFile = "key_password_file";
    public const string CaFile = "ca_file";
    public const string ServerName = "server_name";
    public const string MinVersion = "min_version";
    public const string CheckInterval = "check_interval";
    public const string SwapJitter = "swap_jitter";
    public const string DrainTimeout = "drain_timeout";
    public const string CaOverlap = "ca_overlap";
    public const string OnTrustRemoved = "on_trust_removed";
    public const string OnExpired = "on_expired";

    public static readonly string[] OfRealm = [Name, Match, TlsConfig, Endpoints, Mode];
    public static readonly string[] OfTlsConfig =
    [
        CertFile, KeyFile, KeyPasswordFile, CaFile, ServerName, MinVersion,
        CheckInterval, SwapJitter, DrainTimeout, CaOverlap, OnTrustRemoved, OnExpired,
    ];


    private static readonly Dictionary<string, string> ByFoldedKey =
        OfRealm.Concat(OfTlsConfig).Append(Realms).ToDictionary(Fold, StringComparer.OrdinalIgnoreCase);

    /// <summary>The word behind <c>CertFile</c>, <c>CERTFILE</c> or <c>cert_file</c>; an unknown key stays as it is.</summary>
    public static string Canonical(string key) => ByFoldedKey.GetValueOrDefault(Fold(key), key);

    private static string Fold(string key) => key.Replace("_", "", StringComparison.Ordinal);
}
