namespace EndpointMtls.Tests.Support;

/// <summary>Documents that the library refuses, and that the schema refuses as well: mistakes an editor can show.</summary>
internal static class BadDocuments
{
    public static readonly string[] All =
    [
        // The whole.
        "just text",
        "[]",
        "{}",
        "- a.example.com:443",
        "realms: { name: a }",
        "realms: []",
        "{ realms: [{ endpoints: [\"a:1\"] }], endpoints: [{ address: \"a:1\" }] }",
        "{ name: a, endpoints: [\"a:1\"] }",
        "[{ targets: [\"a:1\"], labels: {} }]",
        "{ apiVersion: v1, kind: Secret }",

        // A realm.
        "- name: a",
        "- { nmae: a, endpoints: [\"a:1\"] }",
        "- { name: [a], endpoints: [\"a:1\"] }",
        "- { name: \"\", endpoints: [\"a:1\"] }",
        "- { endpoints: \"a:1\" }",
        "- { endpoints: [a.example.com] }",
        "- { endpoints: [\"a.example.com:0\"] }",
        "- { endpoints: [{ address: \"a:1\" }] }",
        "- { match: a }",
        "- { endpoints: [\"a:1\"], mode: strickt }",
        "- { endpoints: [\"a:1\"], group: 1 }",
        "- { endpoints: [\"a:1\"], probe: health }",
        "- { endpoints: [\"a:1\"], service_config: \"{}\" }",
        "- { endpoints: [\"a:1\"], group: true, service_config: { loadBalancingConfig: [] } }",
        "- { endpoints: [\"a:1\"], client_config: { tls_config: { ca_file: a } } }",
        "- { endpoints_sd_files: [a.json] }",
        "- { endpoints_sd_files: [{ refresh_interval: 5m }] }",
        "- { endpoints_sd_files: [{ files: [] }] }",

        // Its tls_config.
        "- { endpoints: [\"a:1\"], tls_config: }",
        "- { endpoints: [\"a:1\"], tls_config: {} }",
        "- { endpoints: [\"a:1\"], tls_config: { server_name: a } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_flie: a } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_file: { path: a } } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_file: \"\" } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_file: a, cert_file: a } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_file: a, key_password_file: a } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_file: a, min_version: \"1.1\" } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_file: a, check_interval: 30 } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_file: a, check_interval: 5 minutes } }",
        "- { endpoints: [\"a:1\"], tls_config: { ca_file: a, on_expired: ignore } }",
        "- { endpoints: [\"a:1\"], tls_config: { use_system_roots: yes } }",

        // Thanos' endpoints.
        "endpoints: []",
        "default_client_config: { tls_config: { ca_file: a } }",
        "endpoints: [\"a:1\"]",
        "endpoints: [{ strict: true }]",
        "endpoints: [{ address: a.example.com }]",
        "endpoints: [{ address: \"a:1\", strict: always }]",
        "endpoints: [{ address: \"a:1\", mode: strict }]",
        "endpoints: [{ address: \"a:1\", tls_config: { ca_file: a } }]",
        "endpoints: [{ address: \"a:1\", client_config: { compression: gzip } }]",
        "endpoints: [{ address: \"a:1\", client_config: { tls_config: { ca_file: a, server_name: a } } }]",
        "endpoints: [{ address: \"a:1\", client_config: { tls_config: { enabled: \"\" } } }]",
    ];
}
