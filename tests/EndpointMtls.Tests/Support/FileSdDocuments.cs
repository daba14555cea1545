namespace EndpointMtls.Tests.Support;

/// <summary>Files of targets, and whether the library and Prometheus take them: where they differ, for a reason.</summary>
internal static class FileSdDocuments
{
    public static readonly (string Extension, string Content)[] TakenByBoth =
    [
        ("yaml", "- targets: [a:1, b.example.com:10901, '[::1]:1']\n  labels: { env: prod, _x: 7, on: true }"),
        ("yml", "- targets:\n  - a:1\n  - a:1\n- targets: [dns+a:1]"),
        ("yaml", "- labels: { env: prod }"),
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

    public static readonly (string Extension, string Content)[] RefusedByBoth =
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

    /// <summary>What we alone refuse: it is a mistake more often than it is meant.</summary>
    public static readonly (string Extension, string Content)[] RefusedByUs =
    [
        // To Prometheus no targets; to us a file that is still to be written.
        ("yaml", "# nothing"),

        // Prometheus takes the first.
        ("yaml", "- targets: [a:1]\n---\n- targets: [b:1]"),

        // And here the last.
        ("json", """[{"targets": ["a:1"], "targets": ["b:1"]}]"""),

        // In YAML both of us are strict about case.
        ("json", """[{"Targets": ["a:1"]}]"""),

        // Prometheus takes no value for an empty one.
        ("yaml", "- targets: [a:1]\n  labels: { env: }"),
        ("json", """[{"targets": ["a:1"], "labels": {"env": null}}]"""),

        // Prometheus adds the port of the scheme; gRPC has none.
        ("yaml", "- targets: [a]"),
        ("yaml", "- targets: [1]"),
    ];

    /// <summary>What we alone take: an address of gRPC may be more than a host and a port.</summary>
    public static readonly (string Extension, string Content)[] TakenByUs =
    [
        ("yaml", "- targets: ['http://a:1']"),
        ("yaml", "- targets: ['unix:/run/store.sock']"),
    ];
}
