using System.CommandLine;

namespace StoreNode;

/// <summary>The command line; its names are those of Thanos wherever Thanos has one.</summary>
internal static class StoreNodeCommand
{
    public static RootCommand Create(Func<StoreNodeOptions, CancellationToken, Task> run)
    {
        var address = Text("--grpc-address", "Where to listen; port 0 takes any free one.", "127.0.0.1:10901");
        var certificate = File("--grpc-server-tls-cert", "The certificate in PEM, followed by its intermediates. Without one the node speaks plaintext.");
        var key = File("--grpc-server-tls-key", "The private key of the certificate, in PEM.");
        var clientCa = File("--grpc-server-tls-client-ca", "The roots in PEM that client certificates must lead to. Without one no client is asked for a certificate.");
        var age = Optional("--grpc-server-max-connection-age", "How old a connection over TLS becomes, give or take a tenth; 0s for no limit.", "1h");
        var grace = Optional("--grpc-server-max-connection-age-grace", "How long running calls may go on then; 0s for no limit.", "0s");
        var window = Optional("--grpc-server-close-on-rotation", "Within how long clients are asked to connect again after the certificate has changed; without it they are not.", null);
        var labels = new Option<string[]>("--label") { Description = "An external label, such as cluster=eu; may be repeated." };
        var component = Text("--component", "What to announce as.", "store");
        component.AcceptOnlyFromAmong("query", "rule", "sidecar", "store", "receive", "debug");
        var interval = Text("--sample-interval", "How often to sample.", "1s");
        var retention = Text("--retention", "How long to keep samples.", "2h");
        var logLevel = Text("--log.level", "From which level on to tell of certificates and connections.", "warn");
        logLevel.AcceptOnlyFromAmong("debug", "info", "warn", "error");
        var exitWithStdin = new Option<bool>("--exit-with-stdin") { Description = "Stop when standard input closes, and so with the parent process." };

        var command = new RootCommand("A small Thanos store that serves the metrics of its own process.")
        {
            address, certificate, key, clientCa, age, grace, window, labels, component, interval, retention, logLevel, exitWithStdin,
        };
        command.SetAction((result, cancellation) => run(
            new StoreNodeOptions
            {
                Address = OptionText.ToAddress("--grpc-address", result.GetRequiredValue(address)),
                Tls = new ServerTlsFlags
                {
                    Certificate = result.GetValue(certificate),
                    Key = result.GetValue(key),
                    ClientCa = result.GetValue(clientCa),
                    MaxConnectionAge = OptionText.ToLimit("--grpc-server-max-connection-age", result.GetRequiredValue(age)!),
                    MaxConnectionAgeGrace = OptionText.ToLimit("--grpc-server-max-connection-age-grace", result.GetRequiredValue(grace)!),
                    CloseOnRotation = result.GetValue(window) is { } text ? OptionText.ToLimit("--grpc-server-close-on-rotation", text) ?? TimeSpan.Zero : null,
                }.ToOptions(),
                ExternalLabels = OptionText.ToLabels("--label", result.GetValue(labels) ?? []),
                Component = result.GetRequiredValue(component),
                SampleInterval = OptionText.ToDuration("--sample-interval", result.GetRequiredValue(interval)),
                Retention = OptionText.ToDuration("--retention", result.GetRequiredValue(retention)),
                LogLevel = OptionText.ToLogLevel(result.GetRequiredValue(logLevel)),
                ExitWithStdin = result.GetValue(exitWithStdin),
            },
            cancellation));
        return command;
    }

    private static Option<string> Text(string name, string description, string otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };

    private static Option<string?> Optional(string name, string description, string? otherwise) =>
        new(name) { Description = description, HelpName = "duration", DefaultValueFactory = _ => otherwise };

    private static Option<string?> File(string name, string description) =>
        new(name) { Description = description, HelpName = "path" };
}
