namespace Querier.Demo;

/// <summary>What the demo says when it is up.</summary>
internal static class DemoText
{
    public static string Welcome(string url, string config, DemoStores stores) => $"""

        Querier listening on {url}

        Three stores, each a process of its own, each reached as its realm says:

        {string.Join('\n', stores.All.Select(Describe))}

        The configuration, and all certificates, are beside {config}.

        Look at    {url}  who is up, how each is protected, who presented what to whom
        Try        curl '{url}/api/v1/stores'
                   curl '{url}/api/v1/query?query=process_cpu_seconds_total'
                   curl '{url}/api/v1/query?query=up%7Bcluster=~"eu|us"%7D'
        Then       kill {stores["remote-us"].ProcessId}  the store of remote-us, which is strict: within 5 s the page says DOWN and why,
                   and every answer carries a warning that its data is missing
                   kill {stores["remote-eu"].ProcessId}  the store of remote-eu, which is not strict: it is not asked any more, and answers say why

        Ctrl-C stops everything and leaves nothing behind.

        """;

    private static string Describe(DemoStore store) =>
        $"  {store.Realm.Name,-11} {store.Address,-16} pid {store.ProcessId,-8} {(store.Realm.TlsYaml is null ? "plaintext" : "mTLS")}{(store.Realm.IsStrict ? ", strict, certificates under an intermediate" : "")}";
}
