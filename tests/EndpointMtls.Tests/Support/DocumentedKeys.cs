using System.Reflection;
using System.Security.Authentication;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Text;

namespace EndpointMtls.Tests.Support;

/// <summary>The keys of the configuration and the properties behind them.</summary>
internal static class DocumentedKeys
{
    public const string Verifying = "client_ca_file: a, client_auth_type: RequireAndVerifyClientCert";

    /// <summary>The keys that some keys require.</summary>
    public static readonly Dictionary<string, string> Companions = new()
    {
        [ConfigKeys.CertFile] = "key_file: k",
        [ConfigKeys.KeyFile] = "cert_file: c",
        [ConfigKeys.KeyPasswordFile] = "cert_file: c, key_file: k",
        [ConfigKeys.ServiceConfig] = "group: true",
        [ConfigKeys.RefreshInterval] = "files: [a.json]",
        [ConfigKeys.ClientCaFile] = "client_auth_type: VerifyClientCertIfGiven",
        [ConfigKeys.ClientAllowedSans] = Verifying,
        [ConfigKeys.ClientPins] = Verifying,
        [ConfigKeys.ClientCrlFile] = Verifying,
        [ConfigKeys.ClientCrlMode] = $"client_crl_file: l, {Verifying}",
        [ConfigKeys.CrlMode] = "crl_file: l",
        [ConfigKeys.OnClientCertExpired] = Verifying,
        [ConfigKeys.MaxConnectionAgeGrace] = "max_connection_age: 1h",
        [ConfigKeys.MaxVersion] = "min_version: \"1.2\"",
    };

    /// <summary>The property behind a key: its name in Pascal case.</summary>
    public static PropertyInfo PropertyOf(Type options, string key) =>
        options.GetProperty(PascalOf(key)) ?? throw new AssertionException($"{options.Name} has no property '{PascalOf(key)}' for '{key}'.");

    /// <summary>The keys of a class of options, in the order of its properties.</summary>
    public static IEnumerable<string> KeysOf(Type options) =>
        options.GetProperties(BindingFlags.Instance | BindingFlags.Public).OrderBy(property => property.MetadataToken).Select(property => SnakeOf(property.Name));

    /// <summary>The value of a property in YAML; <see langword="null"/> if it has none.</summary>
    public static string? WordOf(PropertyInfo property, object options) => property.GetValue(options) switch
    {
        bool isStrict when property.Name == nameof(RealmOptions.Strict) => isStrict ? "strict" : "\"\"",
        bool flag => flag ? "true" : "false",
        TimeSpan duration => Duration.Format(duration),
        SslProtocols.Tls12 => "\"1.2\"",
        SslProtocols.Tls13 => "\"1.3\"",
        Enum word => XmlSummaries.WordOf(word) is { Length: > 0 } text ? text : "\"\"",
        _ => null,
    };

    // In Thanos' proposal, the key of the switch Strict is 'mode'.
    private static string PascalOf(string key) => key == ConfigKeys.Mode
        ? nameof(RealmOptions.Strict)
        : string.Concat(key.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>The key behind the name of a property.</summary>
    public static string SnakeOf(string name) => name == nameof(RealmOptions.Strict) ? ConfigKeys.Mode
        : string.Concat(name.Select((c, index) => char.IsUpper(c) ? (index == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));
}
