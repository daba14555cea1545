namespace Querier.Demo;

/// <summary>One cluster of the demo: what its store is started with, and what the querier needs to reach it.</summary>
/// <param name="Name">The name of the realm.</param>
/// <param name="Cluster">The name of the cluster.</param>
/// <param name="Tls">Null for plaintext.</param>
/// <param name="IsStrict">Whether the store is missed while it is down.</param>
/// <param name="TargetsFile">A file that lists more of its endpoints; null for none.</param>
internal sealed record DemoRealm(string Name, string Cluster, DemoTls? Tls = null, bool IsStrict = false, string? TargetsFile = null)
{
    public string ToYaml(string address) =>
        $"""
        - name: {Name}
        {Tls?.ToYaml()}  endpoints: ["{address}"]{(IsStrict ? "\n  mode: strict" : "")}{(TargetsFile is null ? "" : $"\n  endpoints_sd_files:\n    - files: [\"{TargetsFile}\"]")}

        """;
}
