using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Configuration.Readers;

/// <summary>What others write in the TLS settings of a server, and what it is here.</summary>
internal static class OtherServerKeys
{
    public static readonly (string[] Keys, string Way)[] Ways =
    [
        ([ConfigKeys.TlsConfig, "tls_server_config", "grpc_tls_config", "http_tls_config", "tls"], $"Write its keys directly under '{ConfigKeys.Server}'"),
        ([ConfigKeys.CaFile, "client_ca", "client_cas", "ca", "tls_client_ca", "grpc_server_tls_client_ca"], $"Here it is '{ConfigKeys.ClientCaFile}'"),
        (["cert", "certificate", "tls_cert", "grpc_server_tls_cert"], $"Here it is '{ConfigKeys.CertFile}'"),
        (["key", "tls_key", "grpc_server_tls_key"], $"Here it is '{ConfigKeys.KeyFile}'"),
        (["client_auth"], $"Here it is '{ConfigKeys.ClientAuthType}'"),
        (["tls_min_version", "grpc_server_tls_min_version"], $"Here it is '{ConfigKeys.MinVersion}'"),
        (["tls_cipher_suites"], $"Here it is '{ConfigKeys.CipherSuites}', a list"),
        (["grpc_server_max_connection_age"], $"Here it is '{ConfigKeys.MaxConnectionAge}'"),
        (["grpc_server_max_connection_age_grace"], $"Here it is '{ConfigKeys.MaxConnectionAgeGrace}'"),
        (["curve_preferences", "prefer_server_cipher_suites"], "Remove it: the platform decides"),
        ([ConfigKeys.Enabled], $"Remove '{ConfigKeys.Server}' to have none"),
        ([ConfigKeys.UseSystemRoots], $"Clients are vouched for by '{ConfigKeys.ClientCaFile}' alone"),
        ([ConfigKeys.InsecureSkipVerify], $"What is demanded of clients is said by '{ConfigKeys.ClientAuthType}'"),
        ([ConfigKeys.ServerName, ConfigKeys.RotationJitter, ConfigKeys.DrainTimeout], $"It belongs into the '{ConfigKeys.TlsConfig}' of a realm"),
        ([ConfigKeys.Match, ConfigKeys.Endpoints, ConfigKeys.EndpointsSdFiles, ConfigKeys.Mode, ConfigKeys.Group, ConfigKeys.ServiceConfig, ConfigKeys.Probe], "It belongs into a realm"),
    ];
}
