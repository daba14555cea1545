using System.CommandLine;
using Thanos.CommandLine;
using Thanos.Logging;

namespace StoreNode;

/// <summary>The command line. Options have the names of Thanos where Thanos has the option.</summary>
internal static class StoreNodeCommand
{
    public static RootCommand Create(Func<StoreNodeOptions, CancellationToken, Task> run)
    {
        var address = Text("--grpc-address", "The address to listen on, such as :10901 or localhost:10901; port 0 selects a free port.", "127.0.0.1:10901");
        var certificate = File("--grpc-server-tls-cert", "The PEM file with the certificate and its intermediate certificates. Without it, the node is plaintext.");
        var key = File("--grpc-server-tls-key", "The PEM file with the private key of the certificate.");
        var clientCa = File("--grpc-server-tls-client-ca", "The PEM file with the CA certificates that verify clients. Without it, no client certificate is requested.");
        var age = Optional("--grpc-server-max-connection-age", "The maximum age of a TLS connection, ±10 %; 0s for no limit.", "1h");
        var grace = Optional("--grpc-server-max-connection-age-grace", "How long running calls may continue after that; 0s for no limit.", "0s");
        var window = Optional("--grpc-server-close-on-rotation", "The time within which connections are closed after the certificate was rotated. Without it, they stay open.", null);
        var labels = new Option<string[]>("--label") { Description = "An external label, such as cluster=eu; may be repeated." };
        var component = Text("--component", "The component type to announce.", "store");
        component.AcceptOnlyFromAmong("query", "rule", "sidecar", "store", "receive", "debug");
        var interval = Text("--sample-interval", "The interval between samples.", "1s");
        var retention = Text("--retention", "How long to keep samples.", "2h");
        var (logLevel, logFormat) = (LogSettings.LevelOption(), LogSettings.FormatOption());
        var exitWithStdin = new Option<bool>("--exit-with-stdin") { Description = "Stop when standard input closes, for example because the parent process ends." };

        var command = new RootCommand("A small Thanos store that serves the metrics of its own process.")
        {
            address, certificate, key, clientCa, age, grace, window, labels, component, interval, retention, logLevel, logFormat, exitWithStdin,
        };
        command.SetAction((result, cancellation) => run(
            new StoreNodeOptions
            {
                Address = ListenAddress.Parse("--grpc-address", result.GetRequiredValue(address), "127.0.0.1:10901"),
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
                LogLevel = LogSettings.ToLogLevel(result.GetRequiredValue(logLevel)),
                LogFormat = LogSettings.ToLogFormat(result.GetRequiredValue(logFormat)),
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
