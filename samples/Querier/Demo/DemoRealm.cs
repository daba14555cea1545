namespace Querier.Demo;

/// <summary>One cluster of the demo: what its store is started with, and what the querier needs to reach it.</summary>
internal sealed record DemoRealm(string Name, string Cluster, IReadOnlyList<string> StoreArguments, string? TlsYaml, bool IsStrict)
{
    public static DemoRealm Plaintext(string name, string cluster) => new(name, cluster, [], TlsYaml: null, IsStrict: false);

    /// <summary>A cluster with a root of its own; the querier's certificate and the store's come from <paramref name="issuer"/>.</summary>
    public static DemoRealm Secured(string name, string cluster, DemoAuthority root, DemoAuthority issuer, DemoFolder folder, bool isStrict)
    {
        var serverName = $"store.{cluster}.example.com";
        var server = issuer.IssueServer(serverName);
        var client = issuer.IssueClient($"querier.{cluster}.example.com");
        var ca = folder.Write($"{cluster}-ca.crt", root.Pem);
        string[] arguments =
        [
            "--grpc-server-tls-cert", folder.Write($"{cluster}-store.crt", server.Chain),
            "--grpc-server-tls-key", folder.Write($"{cluster}-store.key", server.Key),
            "--grpc-server-tls-client-ca", ca,
        ];
        folder.Write($"{cluster}-querier.crt", client.Chain);
        folder.Write($"{cluster}-querier.key", client.Key);
        var yaml = $"""
              tls_config:
                cert_file: {cluster}-querier.crt
                key_file: {cluster}-querier.key
                ca_file: {cluster}-ca.crt
                server_name: {serverName}

            """;
        return new(name, cluster, arguments, yaml, isStrict);
    }

    public string ToYaml(string address) =>
        $"""
        - name: {Name}
        {TlsYaml}  endpoints: ["{address}"]{(IsStrict ? "\n  mode: strict" : "")}

        """;
}
