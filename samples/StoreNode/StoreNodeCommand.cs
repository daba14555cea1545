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
        var labels = new Option<string[]>("--label") { Description = "An external label, such as cluster=eu; may be repeated." };
        var component = Text("--component", "What to announce as.", "store");
        component.AcceptOnlyFromAmong("query", "rule", "sidecar", "store", "receive", "debug");
        var interval = Text("--sample-interval", "How often to sample.", "1s");
        var retention = Text("--retention", "How long to keep samples.", "2h");
        var exitWithStdin = new Option<bool>("--exit-with-stdin") { Description = "Stop when standard input closes, and so with the parent process." };

        var command = new RootCommand("A small Thanos store that serves the metrics of its own process.")
        {
            address, certificate, key, clientCa, labels, component, interval, retention, exitWithStdin,
        };
        command.SetAction((result, cancellation) => run(
            new StoreNodeOptions
            {
                Address = OptionText.ToAddress("--grpc-address", result.GetRequiredValue(address)),
                Tls = ServerTlsFiles.From(result.GetValue(certificate), result.GetValue(key), result.GetValue(clientCa)),
                ExternalLabels = OptionText.ToLabels("--label", result.GetValue(labels) ?? []),
                Component = result.GetRequiredValue(component),
                SampleInterval = OptionText.ToDuration("--sample-interval", result.GetRequiredValue(interval)),
                Retention = OptionText.ToDuration("--retention", result.GetRequiredValue(retention)),
                ExitWithStdin = result.GetValue(exitWithStdin),
            },
            cancellation));
        return command;
    }

    private static Option<string> Text(string name, string description, string otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };

    private static Option<string?> File(string name, string description) =>
        new(name) { Description = description, HelpName = "path" };
}
