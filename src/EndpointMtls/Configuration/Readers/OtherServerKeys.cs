using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Keys of other programs and of realms that a <c>server</c> does not have, with their fixes. The first match counts.</summary>
internal static class OtherServerKeys
{
    public static readonly (string[] Keys, string Fix)[] Hints =
    [
        ([ConfigKeys.TlsConfig, "tls_server_config", "grpc_tls_config", "http_tls_config", "tls"],
            $"Write its keys directly under '{ConfigKeys.Server}'"),
        ([ConfigKeys.CaFile, "client_ca", "client_cas", "ca", "tls_client_ca", "grpc_server_tls_client_ca"],
            $"Use '{ConfigKeys.ClientCaFile}'"),
        (["cert", "certificate", "tls_cert", "grpc_server_tls_cert"], $"Use '{ConfigKeys.CertFile}'"),
        (["key", "tls_key", "grpc_server_tls_key"], $"Use '{ConfigKeys.KeyFile}'"),
        (["client_auth"], $"Use '{ConfigKeys.ClientAuthType}'"),
        (["tls_min_version", "grpc_server_tls_min_version"], $"Use '{ConfigKeys.MinVersion}'"),
        (["tls_cipher_suites"], $"Use the list '{ConfigKeys.CipherSuites}'"),
        (["grpc_server_max_connection_age"], $"Use '{ConfigKeys.MaxConnectionAge}'"),
        (["grpc_server_max_connection_age_grace"], $"Use '{ConfigKeys.MaxConnectionAgeGrace}'"),
        (["curve_preferences", "prefer_server_cipher_suites"], "Remove it: the operating system decides"),
        ([ConfigKeys.Enabled], $"Remove it. To disable the server, remove '{ConfigKeys.Server}'"),
        ([ConfigKeys.UseSystemRoots], $"Use '{ConfigKeys.ClientCaFile}': system roots never verify clients"),
        ([ConfigKeys.InsecureSkipVerify], $"Use '{ConfigKeys.ClientAuthType}' to specify how clients are verified"),
        ([ConfigKeys.DrainTimeout], $"Use '{ConfigKeys.MaxConnectionAgeGrace}'"),
        (
            [.. ConfigKeys.OfTlsConfig.Except([.. ConfigKeys.OfServer, ConfigKeys.DrainTimeout])],
            $"Move it to the '{ConfigKeys.TlsConfig}' of a realm"),
        ([.. ConfigKeys.OfRealm.Except(ConfigKeys.OfServer)], "Move it to a realm"),
    ];
}
