namespace EndpointMtls.Tests.Configuration;

/// <summary>Documents that are meant for somebody else, or have another form: one error says what it is and what to do.</summary>
public sealed class ForeignDocumentTests
{
    private const string KnownRealmKeys = "Known keys: name, match, tls_config, endpoints, endpoints_sd_files, mode, group, service_config, probe.";

    [TestCase("- targets: [a:1]\n  labels: { env: prod }", "FILE: is a list of targets in the format of file_sd, as Prometheus and Thanos' --store.sd-files read it, and not a list of realms (FILE:1:1). Reference it from a realm, as in 'endpoints_sd_files: [{ files: [targets.yaml] }]', or put its addresses under 'endpoints'.")]
    [TestCase("[{\"targets\": [\"a:1\"]}]", "FILE: is a list of targets in the format of file_sd, as Prometheus and Thanos' --store.sd-files read it, and not a list of realms (FILE:1:1). Reference it from a realm, as in 'endpoints_sd_files: [{ files: [targets.yaml] }]', or put its addresses under 'endpoints'.")]
    [TestCase("- targets: [a:1]\n  endpoints: [a:1]", $"realms[0].targets: unknown key (FILE:1:3). {KnownRealmKeys}")]
    [TestCase("- a:443\n- b:443", "FILE: is a list of addresses, and not a list of realms (FILE:1:1). Put them into a realm: '- endpoints: [a:443, b:443]'.")]
    [TestCase("- address: a:443\n  strict: true", "FILE: is a list of endpoints, and not a list of realms (FILE:1:1). Put it under a key 'endpoints:', as Thanos has it.")]
    [TestCase("- address: a:443\n  match: [b]", "realms[0].address: unknown key (FILE:1:3). In a list of realms it is 'endpoints', a list.")]
    [TestCase("apiVersion: v1\nrealms:\n- match: [b]", "apiVersion: unknown key (FILE:1:1). Known keys: realms, server.")]
    [TestCase("static_resources:\n  clusters: []", "FILE: is the bootstrap of an Envoy proxy, and not a list of realms (FILE:1:1). Declare what its clusters lead to as realms: '- endpoints: [host:port]', with a 'tls_config'.")]
    [TestCase("admin: {}\nnode: { id: x }", "FILE: is the bootstrap of an Envoy proxy, and not a list of realms (FILE:1:1). Declare what its clusters lead to as realms: '- endpoints: [host:port]', with a 'tls_config'.")]
    [TestCase("dynamic_resources: {}", "FILE: is the bootstrap of an Envoy proxy, and not a list of realms (FILE:1:1). Declare what its clusters lead to as realms: '- endpoints: [host:port]', with a 'tls_config'.")]
    [TestCase("apiVersion: v1\nkind: ConfigMap\ndata: {}", "FILE: is a Kubernetes object, and not a list of realms (FILE:1:1). Mount its data as a file, and give the path of that.")]
    [TestCase("global: {}\nscrape_configs: []", "FILE: is the configuration of Prometheus, and not a list of realms (FILE:1:1). Begin each realm with '- name: …'.")]
    [TestCase("name: a\nendpoints: [a:1]", "FILE: is one realm, and not a list of them (FILE:1:1). Put '- ' before its first key, and indent the others by as much.")]
    [TestCase("tls_config: { ca_file: x }\nendpoints: [a:1]", "FILE: is one realm, and not a list of them (FILE:1:1). Put '- ' before its first key, and indent the others by as much.")]
    [TestCase("realm:\n- name: a", "realm: unknown key (FILE:1:1). Did you mean 'realms'?")]
    [TestCase("endpoint:\n- address: a:1", "endpoint: unknown key (FILE:1:1). Did you mean 'endpoints'?")]
    [TestCase("realms:\n- endpoints: [a:1]\nfoo: bar", "foo: unknown key (FILE:3:1). Known keys: realms, server.")]
    [TestCase("realms: []\nendpoints: []", "endpoints: unknown key (FILE:2:1). Either a document has 'realms', or it has 'endpoints' as Thanos writes them: keep one.")]
    [TestCase("realms:\n- endpoints: [a:1]\ntls_config: {}", "tls_config: unknown key (FILE:3:1). It belongs into an item of 'realms'.")]
    [TestCase("realms:", "realms: must be a list of realms (FILE:1:1). Begin each realm with '- name: …'.")]
    [TestCase("realms: a", "realms: must be a list of realms (FILE:1:1). Begin each realm with '- name: …'.")]
    [TestCase("foo: 1\nbar: 2", "foo: unknown key (FILE:1:1). Known keys: realms, default_client_config, endpoints, server.", "bar: unknown key (FILE:2:1). Known keys: realms, default_client_config, endpoints, server.")]
    [TestCase("type: S3\nconfig: {}", "type: unknown key (FILE:1:1). Known keys: realms, default_client_config, endpoints, server.", "config: unknown key (FILE:2:1). Known keys: realms, default_client_config, endpoints, server.")]
    [TestCase("default_client_confg: {}\nendpoints: [{address: a:1}]", "default_client_confg: unknown key (FILE:1:1). Did you mean 'default_client_config'?")]
    public void Says_what_it_is_and_what_to_do(string yaml, params string[] messages) => TestDocuments.ErrorsOf(yaml).Should().Equal(messages);

    [TestCase("is a list of targets in the format of file_sd", """
        [
          {
            "targets": ["thanos-store-0.monitoring.svc:10901", "dnssrv+_grpc._tcp.thanos-rule.monitoring.svc"],
            "labels": { "__meta_datacenter": "eu-west-1" }
          }
        ]
        """)]
    [TestCase("is the bootstrap of an Envoy proxy", """
        admin:
          address:
            socket_address: { address: 127.0.0.1, port_value: 9901 }
        static_resources:
          clusters:
          - name: thanos-eu
            type: STRICT_DNS
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: { http2_protocol_options: {} }
        """)]
    [TestCase("is a Kubernetes object", """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: thanos-endpoints
        data:
          endpoints.yaml: |
            - endpoints: [sidecar-0:10901]
        """)]
    [TestCase("is the configuration of Prometheus", """
        global:
          scrape_interval: 15s
        scrape_configs:
        - job_name: thanos
          static_configs:
          - targets: ["thanos-query:10902"]
        """)]
    public void Says_it_once_however_long_the_document_is(string what, string document) =>
        TestDocuments.ErrorsOf(document).Should().ContainSingle().Which.Should().StartWith($"FILE: {what}");
}
