namespace Querier.Demo;

/// <summary>One cluster of the demo: the settings of its store, and those of the querier for it.</summary>
/// <param name="Name">The name of the realm.</param>
/// <param name="Cluster">The name of the cluster.</param>
/// <param name="Tls">Null for plaintext.</param>
/// <param name="IsStrict">Whether the querier reports the store as missing while it is down.</param>
/// <param name="TargetsFile">A discovery file that lists more endpoints; null for none.</param>
internal sealed record DemoRealm(string Name, string Cluster, DemoTls? Tls = null, bool IsStrict = false, string? TargetsFile = null)
{
    public string ToYaml(string address) =>
        $"""
        - name: {Name}
        {Tls?.ToYaml()}  endpoints: ["{address}"]{(IsStrict ? "\n  mode: strict" : "")}{(TargetsFile is null ? "" : $"\n  endpoints_sd_files:\n    - files: [\"{TargetsFile}\"]")}

        """;
}
