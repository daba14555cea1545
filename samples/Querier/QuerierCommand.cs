using System.CommandLine;
using Querier.Stores;
using Thanos.CommandLine;
using Thanos.Logging;

namespace Querier;

/// <summary>The command line. Options have the names of Thanos where Thanos has the option.</summary>
internal static class QuerierCommand
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly QuerierOptions Defaults = new();

    public static RootCommand Create(Func<QuerierOptions, CancellationToken, Task> run)
    {
        var config = new Option<string?>("--endpoints-config") { Description = "The YAML file with realms and endpoints. Without it, the demo starts its own stores.", HelpName = "path" };
        var rotate = new Option<string?>("--demo-rotate") { Description = "How often the demo issues new certificates. Without it, never.", HelpName = "duration" };
        var address = Text("--http-address", "The address to listen on, such as :10902 or localhost:10902; port 0 selects a free port.", "127.0.0.1:10902");
        var replicaLabels = new Option<string[]>("--query.replica-label") { Description = "A label that distinguishes replicas; may be repeated.", HelpName = "name" };
        var timeout = Text("--query.timeout", "The timeout of a query.", "2m");
        var responseTimeout = Text("--store.response-timeout", "The maximum time between two responses of a store, before its data is left out; 0 for no limit.", "0");

        var dnsInterval = Text("--store.sd-dns-interval", "How often DNS names are looked up.", "30s");
        var dnsServers = new Option<string[]>("--dns-server") { Description = "A DNS server to use instead of those of the system, such as 127.0.0.1:53; may be repeated.", HelpName = "ip:port" };
        var unhealthyTimeout = Text("--store.unhealthy-timeout", "How long a store that is not strict stays listed after its last successful probe.", "5m");
        var infoTimeout = Text("--endpoint.info-timeout", "The timeout of a probe.", "5s");
        var readiness = Text("--readiness", "When /-/ready reports ready: all_strict (all strict stores are up), any (one store is up) or any_per_realm (one store of each realm is up).", "all_strict");
        var (logLevel, logFormat) = (LogSettings.LevelOption(), LogSettings.FormatOption());

        var command = new RootCommand("A querier for Thanos stores, with TLS settings for each realm.")
        {
            config, rotate, address, replicaLabels, timeout, responseTimeout,
            dnsInterval, dnsServers, unhealthyTimeout, infoTimeout, readiness, logLevel, logFormat,
        };
        var readStoreLimits = AddLimits(command, "--store.limits", "one store", Defaults.StoreLimits);
        var readQueryLimits = AddLimits(command, "--query.limits", "all stores together", Defaults.QueryLimits);
        command.SetAction((result, cancellation) => run(
            new QuerierOptions
            {
                EndpointsConfig = OptionText.ToPath("--endpoints-config", result.GetValue(config)),
                DemoRotate = ToDemoRotate(result.GetValue(rotate), result.GetValue(config)),
                HttpAddress = ListenAddress.Parse("--http-address", result.GetRequiredValue(address), "127.0.0.1:10902"),
                ReplicaLabels = result.GetValue(replicaLabels) ?? [],
                QueryTimeout = OptionText.ToDuration("--query.timeout", result.GetRequiredValue(timeout), allowsZero: false),
                ResponseTimeout = OptionText.ToDuration("--store.response-timeout", result.GetRequiredValue(responseTimeout), allowsZero: true),
                DnsInterval = OptionText.ToDuration("--store.sd-dns-interval", result.GetRequiredValue(dnsInterval), Second, Day),
                DnsServers = [.. (result.GetValue(dnsServers) ?? []).Select(text => OptionText.ToServer("--dns-server", text))],
                UnhealthyTimeout = OptionText.ToDuration("--store.unhealthy-timeout", result.GetRequiredValue(unhealthyTimeout), Second, Day),
                InfoTimeout = OptionText.ToDuration("--endpoint.info-timeout", result.GetRequiredValue(infoTimeout), TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
                Readiness = OptionText.ToReadiness("--readiness", result.GetRequiredValue(readiness)),
                StoreLimits = readStoreLimits(result),
                QueryLimits = readQueryLimits(result),
                LogLevel = LogSettings.ToLogLevel(result.GetRequiredValue(logLevel)),
                LogFormat = LogSettings.ToLogFormat(result.GetRequiredValue(logFormat)),
            },
            cancellation));
        return command;
    }

    private static Func<ParseResult, ResponseLimits> AddLimits(Command command, string prefix, string sender, ResponseLimits defaults)
    {
        var series = Text($"{prefix}.series", $"The maximum number of series, label names or label values from {sender} for one query; 0 for no limit.", $"{defaults.Series}");
        var samples = Text($"{prefix}.samples", $"The maximum number of samples from {sender} for one query; 0 for no limit.", $"{defaults.Samples}");
        var size = Text($"{prefix}.response-size", $"The maximum size of the responses of {sender} to one query, decompressed; 0 for no limit.", $"{defaults.Bytes >> 20}MiB");
        command.Add(series);
        command.Add(samples);
        command.Add(size);
        return result => new ResponseLimits(
            OptionText.ToCount(series.Name, result.GetRequiredValue(series)),
            OptionText.ToCount(samples.Name, result.GetRequiredValue(samples)),
            OptionText.ToBytes(size.Name, result.GetRequiredValue(size)));
    }

    private static TimeSpan? ToDemoRotate(string? text, string? config) => (text, config) switch
    {
        (null, _) => null,
        (_, null) => OptionText.ToDuration("--demo-rotate", text, allowsZero: false),
        _ => throw new StartupException($"--demo-rotate is only for the demo, and --endpoints-config '{config}' turns the demo off. Remove one of them."),
    };

    private static Option<string> Text(string name, string description, string otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
