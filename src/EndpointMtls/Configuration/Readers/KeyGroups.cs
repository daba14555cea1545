using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>The keys of each place in a configuration, and hints for keys that belong elsewhere.</summary>
internal static class KeyGroups
{
    private const string IntoServer = $"It belongs into '{ConfigKeys.Server}'";
    private const string IntoServerBeside = $"It belongs into '{ConfigKeys.Server}', beside '{ConfigKeys.Realms}'";

    /// <summary>What a document may begin with.</summary>
    public static readonly KeyGroup Document = new([ConfigKeys.Realms, .. ConfigKeys.OfThanos, ConfigKeys.Server], null,
        (ConfigKeys.OfServerAlone, IntoServer));

    public static readonly KeyGroup RealmsDocument = new([ConfigKeys.Realms, ConfigKeys.Server], null,
        (ConfigKeys.OfThanos, $"Either a document has '{ConfigKeys.Realms}', or it has '{ConfigKeys.Endpoints}' as Thanos writes them: keep one"),
        (ConfigKeys.OfRealm, $"It belongs into an item of '{ConfigKeys.Realms}'"),
        (ConfigKeys.OfServerAlone, IntoServer));

    public static readonly KeyGroup Realm = new(ConfigKeys.OfRealm, null,
        (ConfigKeys.OfTlsConfig, $"It belongs into '{ConfigKeys.TlsConfig}'"),
        ([ConfigKeys.Server], $"It belongs beside '{ConfigKeys.Realms}': a document with a server is '{ConfigKeys.Realms}: […]' and '{ConfigKeys.Server}: {{ … }}'"),
        (ConfigKeys.OfServerAlone, IntoServerBeside),
        ([ConfigKeys.Strict], $"Write '{ConfigKeys.Mode}: strict'"),
        ([ConfigKeys.ClientConfig], $"In a list of realms it is '{ConfigKeys.TlsConfig}'"),
        ([ConfigKeys.Address], $"In a list of realms it is '{ConfigKeys.Endpoints}', a list"));

    public static readonly KeyGroup TlsConfig = new(ConfigKeys.OfTlsConfig, null,
        (ConfigKeys.OfRealm, $"It belongs beside '{ConfigKeys.TlsConfig}'"),
        (ConfigKeys.OfServerAlone, IntoServerBeside));

    public static readonly KeyGroup Server = new(ConfigKeys.OfServer, $"Write '{ConfigKeys.Server}: {{ {ConfigKeys.CertFile}: tls.crt, {ConfigKeys.KeyFile}: tls.key }}'", OtherServerKeys.Ways);

    public static readonly KeyGroup SdFiles = new(ConfigKeys.OfSdFiles, $"Write '- {ConfigKeys.Files}: [targets.yaml]'");

    /// <summary>A group of targets in a file of them.</summary>
    public static readonly KeyGroup TargetGroup = new(ConfigKeys.OfTargetGroup, $"Write '- {ConfigKeys.Targets}: [host:port]'",
        ([ConfigKeys.Address, ConfigKeys.Endpoints], $"In a file of targets it is '{ConfigKeys.Targets}', a list"));

    public static readonly KeyGroup Thanos = new([.. ConfigKeys.OfThanos, ConfigKeys.Server], null,
        (ConfigKeys.OfClientConfig, $"It belongs into '{ConfigKeys.DefaultClientConfig}', or into a '{ConfigKeys.ClientConfig}'"),
        (ConfigKeys.OfThanosEndpoint, $"It belongs into an item of '{ConfigKeys.Endpoints}'"),
        (ConfigKeys.OfServerAlone, IntoServer));

    public static readonly KeyGroup ThanosEndpoint = new(ConfigKeys.OfThanosEndpoint, $"Write '- {ConfigKeys.Address}: host:port'",
        (ConfigKeys.OfClientConfig, $"It belongs into '{ConfigKeys.ClientConfig}'"),
        (ConfigKeys.OfTlsConfig, $"It belongs into '{ConfigKeys.ClientConfig}.{ConfigKeys.TlsConfig}'"),
        ([ConfigKeys.Mode], $"Write '{ConfigKeys.Strict}: true'"),
        ([ConfigKeys.Server], $"It belongs beside '{ConfigKeys.Endpoints}'"));

    public static readonly KeyGroup ClientConfig = new(ConfigKeys.OfClientConfig, null,
        (ConfigKeys.OfTlsConfig, $"It belongs into '{ConfigKeys.TlsConfig}'"),
        (ConfigKeys.OfThanosEndpoint, $"It belongs beside '{ConfigKeys.ClientConfig}'"));

    /// <summary>Thanos' <c>tls_config</c>: the name of the server stands beside it.</summary>
    public static readonly KeyGroup ThanosTlsConfig = new([.. ConfigKeys.OfTlsConfig.Where(key => key != ConfigKeys.ServerName)], null,
        (ConfigKeys.OfClientConfig, $"It belongs beside '{ConfigKeys.TlsConfig}'"));
}
