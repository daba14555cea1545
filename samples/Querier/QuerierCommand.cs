using System.CommandLine;

namespace Querier;

/// <summary>The command line; its names are those of Thanos wherever Thanos has one.</summary>
internal static class QuerierCommand
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static RootCommand Create(Func<QuerierOptions, CancellationToken, Task> run)
    {
        var config = new Option<string?>("--endpoints-config") { Description = "The endpoints, by realm, in YAML. Without it, a demo starts stores of its own.", HelpName = "path" };
        var rotate = new Option<string?>("--demo-rotate") { Description = "How often the demo issues its certificates again while it runs. Without it, it does not.", HelpName = "duration" };
        var address = Text("--http-address", "Where to listen; port 0 takes any free one.", "127.0.0.1:10902");
        var replicaLabels = new Option<string[]>("--query.replica-label") { Description = "A label in which replicas differ; may be repeated.", HelpName = "name" };
        var timeout = Text("--query.timeout", "How long a query may take.", "2m");
        var responseTimeout = Text("--store.response-timeout", "How long a store may be silent before the others answer without it; 0 for as long as it likes.", "0");

        var dnsInterval = Text("--store.sd-dns-interval", "How often names are looked up.", "30s");
        var dnsServers = new Option<string[]>("--dns-server") { Description = "A DNS server to ask instead of those of the system, such as 127.0.0.1:53; may be repeated.", HelpName = "ip:port" };
        var unhealthyTimeout = Text("--store.unhealthy-timeout", "How long a store that is not strict stays listed while it fails.", "5m");
        var infoTimeout = Text("--endpoint.info-timeout", "How long a store may take to say how it is.", "5s");
        var readiness = Text("--readiness", "When /-/ready says so: all_strict, any or any_per_realm. The first waits for every strict store, the others for one, or one per realm.", "all_strict");

        var command = new RootCommand("A querier for Thanos stores, each reached as its realm says.")
        {
            config, rotate, address, replicaLabels, timeout, responseTimeout,
            dnsInterval, dnsServers, unhealthyTimeout, infoTimeout, readiness,
        };
        command.SetAction((result, cancellation) => run(
            new QuerierOptions
            {
                EndpointsConfig = result.GetValue(config),
                DemoRotate = ToDemoRotate(result.GetValue(rotate), result.GetValue(config)),
                HttpAddress = OptionText.ToAddress("--http-address", result.GetRequiredValue(address)),
                ReplicaLabels = result.GetValue(replicaLabels) ?? [],
                QueryTimeout = OptionText.ToDuration("--query.timeout", result.GetRequiredValue(timeout), allowsZero: false),
                ResponseTimeout = OptionText.ToDuration("--store.response-timeout", result.GetRequiredValue(responseTimeout), allowsZero: true),
                DnsInterval = OptionText.ToDuration("--store.sd-dns-interval", result.GetRequiredValue(dnsInterval), Second, Day),
                DnsServers = [.. (result.GetValue(dnsServers) ?? []).Select(text => OptionText.ToServer("--dns-server", text))],
                UnhealthyTimeout = OptionText.ToDuration("--store.unhealthy-timeout", result.GetRequiredValue(unhealthyTimeout), Second, Day),
                InfoTimeout = OptionText.ToDuration("--endpoint.info-timeout", result.GetRequiredValue(infoTimeout), TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
                Readiness = OptionText.ToReadiness("--readiness", result.GetRequiredValue(readiness)),
            },
            cancellation));
        return command;
    }

    private static TimeSpan? ToDemoRotate(string? text, string? config) => (text, config) switch
    {
        (null, _) => null,
        (_, null) => OptionText.ToDuration("--demo-rotate", text, allowsZero: false),
        _ => throw new StartupException($"--demo-rotate is for the demo only, and there is none with --endpoints-config '{config}'. Leave one of them out."),
    };

    private static Option<string> Text(string name, string description, string otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
