using System.Globalization;

namespace Querier.Demo;

/// <summary>What the demo says when it is up.</summary>
internal static class DemoText
{
    public static string Welcome(string url, string config, string targets, DemoStores stores, TimeSpan? period) => $"""

        Querier listening on {url}

        Four stores, each a process of its own, each reached as its realm says:

        {string.Join('\n', stores.All.Select(Describe))}

        The configuration, and all certificates, are beside {config}.

        Look at    {url}  who is up, how each is protected, who presented what to whom; it follows by itself
        Try        curl '{url}/api/v1/stores'
                   curl '{url}/api/v1/query?query=process_cpu_seconds_total'
                   curl '{url}/api/v1/query?query=up%7Bcluster=~"eu|us"%7D'
        Then       kill {stores["us"].ProcessId}  the store of remote-us, which is strict: within 5 s the page says that it is down and why,
                   and every answer carries a warning that its data is missing
                   kill {stores["eu"].ProcessId}  the store of remote-eu, which is not strict: it is not asked any more, and answers say why
                   Each runs again after {DemoStore.Absence.TotalSeconds:0} s.
        And        edit {targets}  take the store out, give it another zone, or add one of your own; the page follows

        {(period is { } every ? Rotation(every) : "")}Ctrl-C stops everything and leaves nothing behind.

        """;

    private static string Rotation(TimeSpan period) => string.Create(CultureInfo.InvariantCulture, $"""
        Every {period.TotalSeconds:0.###} s all certificates of the querier are issued again. On the page the generations grow, and no query fails:
          remote-eu  replaces its root: the new one is trusted, then it issues, then the old one goes
          remote-us  swaps its files as Kubernetes does, and has a new intermediate every third time


        """);

    private static string Describe(DemoStore store) =>
        $"  {store.Realm.Name,-11} {store.Cluster,-6} {store.Address,-16} pid {store.ProcessId,-8} {(store.Realm.Tls is null ? "plaintext" : "mTLS")}{(store.Realm.IsStrict ? ", strict, certificates under an intermediate" : "")}{(store.IsFound ? $", found through {DemoStores.TargetsFile}" : "")}";
}
