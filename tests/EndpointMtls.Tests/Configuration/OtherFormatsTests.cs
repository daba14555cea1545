namespace EndpointMtls.Tests.Configuration;

/// <summary>Recognises documents in other formats, and reports them with one error.</summary>
public sealed class OtherFormatsTests
{
    [TestCase("- targets: [a:1]\n  labels: { env: prod }", "WrongDocument FILE 1:1")]
    [TestCase("[{\"targets\": [\"a:1\"]}]", "WrongDocument FILE 1:1")]
    [TestCase("- targets: [a:1]\n  endpoints: [a:1]", "UnknownKey realms[0].targets 1:3")]
    [TestCase("- a:443\n- b:443", "WrongDocument FILE 1:1")]
    [TestCase("- address: a:443\n  strict: true", "WrongDocument FILE 1:1")]
    [TestCase("- address: a:443\n  match: [b]", "UnknownKey realms[0].address 1:3")]
    [TestCase("apiVersion: v1\nrealms:\n- match: [b]", "UnknownKey apiVersion 1:1")]
    [TestCase("static_resources:\n  clusters: []", "WrongDocument FILE 1:1")]
    [TestCase("admin: {}\nnode: { id: x }", "WrongDocument FILE 1:1")]
    [TestCase("dynamic_resources: {}", "WrongDocument FILE 1:1")]
    [TestCase("apiVersion: v1\nkind: ConfigMap\ndata: {}", "WrongDocument FILE 1:1")]
    [TestCase("global: {}\nscrape_configs: []", "WrongDocument FILE 1:1")]
    [TestCase("name: a\nendpoints: [a:1]", "WrongDocument FILE 1:1")]
    [TestCase("tls_config: { ca_file: x }\nendpoints: [a:1]", "WrongDocument FILE 1:1")]
    [TestCase("realm:\n- name: a", "UnknownKey realm 1:1")]
    [TestCase("endpoint:\n- address: a:1", "UnknownKey endpoint 1:1")]
    [TestCase("realms:\n- endpoints: [a:1]\nfoo: bar", "UnknownKey foo 3:1")]
    [TestCase("realms: []\nendpoints: []", "UnknownKey endpoints 2:1")]
    [TestCase("realms:\n- endpoints: [a:1]\ntls_config: {}", "UnknownKey tls_config 3:1")]
    [TestCase("realms:", "WrongType realms 1:1")]
    [TestCase("realms:\n  eu:\n    endpoints: [a:1]", "WrongType realms 1:1")]
    [TestCase("realms: a", "WrongType realms 1:1")]
    [TestCase("foo: 1\nbar: 2", "UnknownKey foo 1:1", "UnknownKey bar 2:1")]
    [TestCase("type: S3\nconfig: {}", "UnknownKey type 1:1", "UnknownKey config 2:1")]
    [TestCase("default_client_confg: {}\nendpoints: [{address: a:1}]", "UnknownKey default_client_confg 1:1")]
    public void Rejects_with_place_and_fix(string yaml, params string[] errors) => TestDocuments.ErrorsOf(yaml).ShouldBe(errors);

    [TestCase("""
        [
          {
            "targets": ["thanos-store-0.monitoring.svc:10901", "dnssrv+_grpc._tcp.thanos-rule.monitoring.svc"],
            "labels": { "__meta_datacenter": "eu-west-1" }
          }
        ]
        """, "WrongDocument FILE 1:1")]
    [TestCase("""
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
        """, "WrongDocument FILE 1:1")]
    [TestCase("""
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: thanos-endpoints
        data:
          endpoints.yaml: |
            - endpoints: [sidecar-0:10901]
        """, "WrongDocument FILE 1:1")]
    [TestCase("""
        global:
          scrape_interval: 15s
        scrape_configs:
        - job_name: thanos
          static_configs:
          - targets: ["thanos-query:10902"]
        """, "WrongDocument FILE 1:1")]
    public void Reports_a_document_in_another_format_once(string document, string error) =>
        TestDocuments.ErrorsOf(document).ShouldBe(error);
}
