namespace EndpointMtls.Tests.Support;

/// <summary>Documents that both the library and the schema accept: those of the documentation, and some edge cases.</summary>
internal static class GoodDocuments
{
    private static readonly string[] Pages = ["README.md", "docs/configuration.md", "docs/reload.md", "docs/thanos.md", "docs/yaml.md"];

    private static readonly string[] Others =
    [
        "- { match: [\"*\"], endpoints: }",
        "- { endpoints: [\"a:1\"], mode: \"\", name: a }",
        "- { endpoints: [\"[::1]:443\"], tls_config: { ca_file: [a, b], min_version: 1.2, server_name: \"\", rotation_jitter: 0, ca_overlap: 01:30:00 } }",
        "- { endpoints: [\"a:1\"], tls_config: { use_system_roots: true, min_version: VersionTLS12, check_interval: 1m30s } }",
        "- { endpoints_sd_files: [{ files: a.json }] }",
        "- { endpoints: [\"a:1\"], endpoints_sd_files: [{ files: [] }] }",
        "- { endpoints: [\"dnssrv+_grpc._tcp.a\"], probe: false, connect_timeout: 5s }",
        "default_client_config: { tls_config: { ca_file: a } }\nendpoints: [{ address: \"a:1\", client_config: { compression: \"\", server_name: \"\", tls_config: { cert_file: \"\", min_version: \"\", drain_timeout: \"\", use_system_roots: \"\", on_expired: \"\" } } }]",
        "server: { cert_file: a, key_file: b }",
        "{ realms: [{ name: eu, tls_config: { cert_file: a, key_file: b, ca_file: c } }], server: { realm: eu, client_allowed_sans: [a.example.com], min_version: 1.2, cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256], max_connection_age: 0s } }",
        "{ endpoints: [{ address: \"a:1\" }], server: { name: s, cert_file: a, key_file: b, client_ca_file: [c, d], client_auth_type: RequireAndVerifyClientCert, max_connection_age: 1h30m, max_connection_age_grace: 500ms, close_on_rotation: 0, on_client_cert_expired: close, on_trust_removed: close } }",
        "server: { cert_file: a, key_file: b, client_auth_type: RequireClientCert }",
        "{ default_client_config: {}, endpoints: [{ address: \"a:1\", group: true, service_config: \"{}\" }] }",
    ];

    public static IEnumerable<string> All =>
        Pages.SelectMany(path => new MarkdownPage(path).Blocks("yaml")).Concat(Others);
}
