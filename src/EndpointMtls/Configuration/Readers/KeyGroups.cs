using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>The keys of each place in a configuration, and the fixes for keys from other places.</summary>
internal static class KeyGroups
{
    private const string MoveToServer = $"Move it to '{ConfigKeys.Server}'";
    private const string MoveNextToRealms = $"Move it to '{ConfigKeys.Server}', next to '{ConfigKeys.Realms}'";
    private const string MoveToTlsConfig = $"Move it to '{ConfigKeys.TlsConfig}'";

    /// <summary>The keys at the top of a document that may have either shape.</summary>
    public static readonly KeyGroup Document = new([ConfigKeys.Realms, .. ConfigKeys.OfThanos, ConfigKeys.Server], null,
        (ConfigKeys.OfServerAlone, MoveToServer));

    public static readonly KeyGroup RealmsDocument = new([ConfigKeys.Realms, ConfigKeys.Server], null,
        (ConfigKeys.OfThanos, $"Use either '{ConfigKeys.Realms}', or '{ConfigKeys.Endpoints}' in the Thanos format"),
        (ConfigKeys.OfRealm, $"Move it to an item of '{ConfigKeys.Realms}'"),
        (ConfigKeys.OfServerAlone, MoveToServer));

    public static readonly KeyGroup Realm = new(ConfigKeys.OfRealm, null,
        (ConfigKeys.OfTlsConfig, MoveToTlsConfig),
        ([ConfigKeys.Server],
            $"Move it next to '{ConfigKeys.Realms}', as in '{{ {ConfigKeys.Realms}: […], {ConfigKeys.Server}: {{ … }} }}'"),
        (ConfigKeys.OfServerAlone, MoveNextToRealms),
        ([ConfigKeys.Strict], $"Write '{ConfigKeys.Mode}: strict'"),
        ([ConfigKeys.Realms], "Write the realms of this key in place of the item that has it"),
        (["tls", "ssl"], $"Use '{ConfigKeys.TlsConfig}'"),
        ([ConfigKeys.ClientConfig], $"Use '{ConfigKeys.TlsConfig}' in a list of realms"),
        ([ConfigKeys.Address], $"Use the list '{ConfigKeys.Endpoints}' in a list of realms"));

    public static readonly KeyGroup TlsConfig = new(ConfigKeys.OfTlsConfig, null,
        [
            (ConfigKeys.OfRealm, $"Move it next to '{ConfigKeys.TlsConfig}'"),
            (ConfigKeys.OfServerAlone, MoveNextToRealms),
            .. OtherTlsKeys.Hints,
        ]);

    public static readonly KeyGroup Server = new(
        ConfigKeys.OfServer,
        $"Write '{ConfigKeys.Server}: {{ {ConfigKeys.CertFile}: tls.crt, {ConfigKeys.KeyFile}: tls.key }}'",
        OtherServerKeys.Hints);

    public static readonly KeyGroup SdFiles = new(ConfigKeys.OfSdFiles, $"Write '- {ConfigKeys.Files}: [targets.yaml]'");

    /// <summary>The keys of a target group in a file_sd file.</summary>
    public static readonly KeyGroup TargetGroup = new(
        ConfigKeys.OfTargetGroup, $"Write '{{\"{ConfigKeys.Targets}\": [\"host:port\"]}}'",
        ([ConfigKeys.Address, ConfigKeys.Endpoints], $"Use the list '{ConfigKeys.Targets}' in a target file"));

    public static readonly KeyGroup Thanos = new([.. ConfigKeys.OfThanos, ConfigKeys.Server], null,
        (ConfigKeys.OfClientConfig, $"Move it to '{ConfigKeys.DefaultClientConfig}' or to a '{ConfigKeys.ClientConfig}'"),
        (ConfigKeys.OfThanosEndpoint, $"Move it to an item of '{ConfigKeys.Endpoints}'"),
        (ConfigKeys.OfServerAlone, MoveToServer));

    public static readonly KeyGroup ThanosEndpoint = new(ConfigKeys.OfThanosEndpoint, $"Write '- {ConfigKeys.Address}: host:port'",
        (ConfigKeys.OfClientConfig, $"Move it to '{ConfigKeys.ClientConfig}'"),
        (ConfigKeys.OfTlsConfig, $"Move it to '{ConfigKeys.ClientConfig}.{ConfigKeys.TlsConfig}'"),
        ([ConfigKeys.Mode], $"Write '{ConfigKeys.Strict}: true'"),
        ([ConfigKeys.Server], $"Move it next to '{ConfigKeys.Endpoints}'"));

    public static readonly KeyGroup ClientConfig = new(ConfigKeys.OfClientConfig, null,
        (ConfigKeys.OfTlsConfig, MoveToTlsConfig),
        (ConfigKeys.OfThanosEndpoint, $"Move it next to '{ConfigKeys.ClientConfig}'"));

    /// <summary>The keys of a <c>tls_config</c> in the Thanos format, where <c>server_name</c> is next to it.</summary>
    public static readonly KeyGroup ThanosTlsConfig = new([.. ConfigKeys.OfTlsConfig.Where(key => key != ConfigKeys.ServerName)], null,
        [(ConfigKeys.OfClientConfig, $"Move it next to '{ConfigKeys.TlsConfig}'"), .. OtherTlsKeys.Hints]);
}
