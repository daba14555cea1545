namespace EndpointMtls.Configuration.Model;

/// <summary>The keys of the configuration, as YAML spells them.</summary>
internal static class ConfigKeys
{
    public const string Realms = "realms";
    public const string Server = "server";

    public const string Name = "name";
    public const string Match = "match";
    public const string TlsConfig = "tls_config";
    public const string Endpoints = "endpoints";
    public const string EndpointsSdFiles = "endpoints_sd_files";
    public const string Mode = "mode";
    public const string Group = "group";
    public const string ServiceConfig = "service_config";
    public const string Probe = "probe";

    // Keys of the channels of a realm.
    public const string ConnectTimeout = "connect_timeout";
    public const string KeepaliveTime = "keepalive_time";
    public const string KeepaliveTimeout = "keepalive_timeout";
    public const string KeepaliveWithoutCalls = "keepalive_without_calls";
    public const string IdleTimeout = "idle_timeout";
    public const string MaxSendMessageSize = "max_send_message_size";
    public const string MaxReceiveMessageSize = "max_receive_message_size";

    public const string Files = "files";
    public const string RefreshInterval = "refresh_interval";

    public const string Enabled = "enabled";
    public const string CertFile = "cert_file";
    public const string KeyFile = "key_file";
    public const string KeyPasswordFile = "key_password_file";
    public const string CaFile = "ca_file";
    public const string CrlFile = "crl_file";
    public const string CrlMode = "crl_mode";
    public const string UseSystemRoots = "use_system_roots";
    public const string InsecureSkipVerify = "insecure_skip_verify";
    public const string AllowWeakCertificates = "allow_weak_certificates";
    public const string VerifyCommonName = "verify_common_name";
    public const string ServerAllowedSans = "server_allowed_sans";
    public const string Pins = "pins";
    public const string ServerName = "server_name";
    public const string MinVersion = "min_version";
    public const string MaxVersion = "max_version";
    public const string CheckInterval = "check_interval";
    public const string RotationJitter = "rotation_jitter";
    public const string DrainTimeout = "drain_timeout";
    public const string CaOverlap = "ca_overlap";
    public const string OnTrustRemoved = "on_trust_removed";
    public const string ExpiryWarning = "expiry_warning";
    public const string OnExpired = "on_expired";
    public const string OnIdentityRejected = "on_identity_rejected";

    // Keys of a server.
    public const string Realm = "realm";
    public const string ClientCaFile = "client_ca_file";
    public const string ClientCrlFile = "client_crl_file";
    public const string ClientCrlMode = "client_crl_mode";
    public const string ClientAuthType = "client_auth_type";
    public const string ClientAllowedSans = "client_allowed_sans";
    public const string ClientPins = "client_pins";
    public const string CipherSuites = "cipher_suites";
    public const string MaxConnectionAge = "max_connection_age";
    public const string MaxConnectionAgeGrace = "max_connection_age_grace";
    public const string CloseOnRotation = "close_on_rotation";
    public const string OnClientCertExpired = "on_client_cert_expired";

    // Keys of Thanos.
    public const string DefaultClientConfig = "default_client_config";
    public const string Address = "address";
    public const string Strict = "strict";
    public const string ClientConfig = "client_config";
    public const string Compression = "compression";

    // Keys of file_sd.
    public const string Targets = "targets";
    public const string Labels = "labels";

    public static readonly string[] OfChannel = OptionTables.Channel.Keys;
    public static readonly string[] OfRealm =
        [Name, Match, TlsConfig, Endpoints, EndpointsSdFiles, Mode, Group, ServiceConfig, Probe, .. OfChannel];
    public static readonly string[] OfSdFiles = [Files, RefreshInterval];
    public static readonly string[] OfTlsConfig = OptionTables.Tls.Keys;
    public static readonly string[] OfServer = OptionTables.Server.Keys;

    /// <summary>The keys about the server's own files. They are rejected if <c>realm</c> is set.</summary>
    public static readonly string[] OfServerFiles = OptionTables.Server.KeysOfOwnFiles;

    /// <summary>The keys that only a server has.</summary>
    public static readonly string[] OfServerAlone = [.. OfServer.Except([Realm, .. OfRealm, .. OfTlsConfig])];

    public static readonly string[] OfThanos = [DefaultClientConfig, Endpoints];
    public static readonly string[] OfThanosEndpoint = [Address, Strict, Group, ServiceConfig, ClientConfig];
    public static readonly string[] OfClientConfig = [TlsConfig, ServerName, Compression, .. OfChannel];
    public static readonly string[] OfTargetGroup = [Targets, Labels];
}
