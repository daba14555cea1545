namespace EndpointMtls.Tests.Support;

/// <summary>Target files, and whether the library and Prometheus accept all of them. Every difference has a reason.</summary>
internal static class FileSdDocuments
{
    public static readonly (string Extension, string Content)[] AcceptedByBoth =
    [
        ("yaml", "- targets: [a:1, b.example.com:10901, '[::1]:1']\n  labels: { env: prod, _x: 7, on: true }"),
        ("yml", "- targets:\n  - a:1\n  - a:1\n- targets: [dns+a:1]"),
        ("yaml", "- labels: { env: prod }"),
        ("yaml", "- targets: [a:1]\n  labels: { __meta_zone: one, __address__: 'b:2' }"),
        ("yaml", "- targets:\n  labels:"),
        ("yaml", "- targets: [&a 'a:1', *a]"),
        ("yaml", "[]"),
        ("yaml", "[{\"targets\": [\"a:1\"]}]"),
        ("json", "[]"),
        ("json", """[{"targets": ["a:1"], "labels": {"env": "prod"}}, {"labels": {}, "targets": ["b:2"]}]"""),
        ("json", """[{"targets": null, "labels": null}]"""),
        ("json", "[{}]"),
        ("json", """[{"targets": ["a\u003a1"]}]"""),
        ("JSON", """[{"targets": ["a:1"]}]"""),
        ("YML", "- targets: [a:1]"),
    ];

    public static readonly (string Extension, string Content)[] RejectedByBoth =
    [
        ("yaml", "-"),
        ("yaml", "- a:1"),
        ("yaml", "targets: [a:1]"),
        ("yaml", "- targets: a:1"),
        ("yaml", "- targets: ''"),
        ("yaml", "- targets: { a: 1 }"),
        ("yaml", "- targets: ['']"),
        ("yaml", "- targets: [a:1]\n  target: [b:1]"),
        ("yaml", "- targets: [a:1]\n  targets: [b:1]"),
        ("yaml", "- targets: [a:1]\n  labels: { '': x }"),
        ("yaml", "- targets: [a:1]\n  labels: { env: [prod] }"),
        ("yaml", "- targets: [a:1]\n  labels: env"),
        ("yaml", "- targets: [a:1"),
        ("json", ""),
        ("json", "[null]"),
        ("json", """{"targets": ["a:1"]}"""),
        ("json", """[{"targets": [1]}]"""),
        ("json", """[{"targets": ["a:1"], "target": []}]"""),
        ("json", """[{"targets": ["a:1"], "labels": {"env": 1}}]"""),
        ("json", """[{"targets": ["a:1"], "labels": {"env": true}}]"""),
        ("json", """[{"targets": ["a:1"],}]"""),
        ("json", """[{"targets": ["a:1"]}] []"""),
        ("json", "- targets: [a:1]"),
    ];

    /// <summary>Files that only the library rejects, because they are probably mistakes.</summary>
    public static readonly (string Extension, string Content)[] RejectedOnlyByUs =
    [
        // Prometheus reads no targets. For the library, an empty file is one that is not written yet.
        ("yaml", "# nothing"),

        // Prometheus reads the first document.
        ("yaml", "- targets: [a:1]\n---\n- targets: [b:1]"),

        // Prometheus reads the last value.
        ("json", """[{"targets": ["a:1"], "targets": ["b:1"]}]"""),

        // In YAML, both are case-sensitive.
        ("json", """[{"Targets": ["a:1"]}]"""),

        // Prometheus reads a missing value as an empty one.
        ("yaml", "- targets: [a:1]\n  labels: { env: }"),
        ("json", """[{"targets": ["a:1"], "labels": {"env": null}}]"""),

        // Prometheus adds the default port of the scheme. gRPC has no default port.
        ("yaml", "- targets: [a]"),
        ("yaml", "- targets: [1]"),
    ];

    /// <summary>Files that only the library accepts: a gRPC address can have more than a host and a port.</summary>
    public static readonly (string Extension, string Content)[] AcceptedOnlyByUs =
    [
        ("yaml", "- targets: ['http://a:1']"),
        ("yaml", "- targets: ['unix:/run/store.sock']"),
    ];
}
