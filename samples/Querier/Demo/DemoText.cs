using System.Globalization;

namespace Querier.Demo;

/// <summary>The text that the demo prints when it has started.</summary>
internal static class DemoText
{
    public static string Welcome(string url, string config, string targets, DemoStores stores, TimeSpan? period) => $"""

        Querier listening on {url}

        Four stores in separate processes, each with the TLS settings of its realm:

        {string.Join('\n', stores.All.Select(Describe))}

        Configuration: {config}. The certificates are in the same folder.

        Open       {url}  shows state, protection and certificates of all stores; the page updates itself
        Try        curl '{url}/api/v1/stores'
                   curl '{url}/api/v1/query?query=process_cpu_seconds_total'
                   curl '{url}/api/v1/query?query=up%7Bcluster=~"eu|us"%7D'
        Then       kill {stores["us"].ProcessId}  the store of remote-us, which is strict: within 5 s the page shows it as down, with the reason,
                   and every response warns that its data is missing
                   kill {stores["eu"].ProcessId}  the store of remote-eu, which is not strict: it is not queried any more, and responses explain why
                   Each is restarted after {DemoStore.Absence.TotalSeconds:0} s.
        And        edit {targets}  remove the store, change its zone, or add your own store; the page updates itself

        {(period is { } every ? Rotation(every) : "")}Ctrl-C stops everything and deletes the files.

        """;

    private static string Rotation(TimeSpan period) => string.Create(CultureInfo.InvariantCulture, $"""
        Every {period.TotalSeconds:0.###} s, all client certificates are rotated. On the page the generations grow, and no query fails:
          remote-eu  replaces its root: the new root is trusted, then used to issue, then the old root is removed
          remote-us  replaces its files as a Kubernetes volume does, with a new intermediate every third time


        """);

    private static string Describe(DemoStore store) =>
        $"  {store.Realm.Name,-11} {store.Cluster,-6} {store.Address,-16} pid {store.ProcessId,-8} {(store.Realm.Tls is null ? "plaintext" : "mTLS")}{(store.Realm.IsStrict ? ", strict, certificates with an intermediate" : "")}{(store.IsDiscovered ? $", discovered from {DemoStores.TargetsFile}" : "")}";
}
