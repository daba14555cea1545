using System.Globalization;
using System.Text.Json;

namespace EndpointMtls.Comparisons.Peers;

/// <summary>A client that uses grpc-go. It is compiled here, and receives commands as lines.</summary>
internal sealed class GoClient : IContender
{
    private const string Packages = "/usr/share/gocode";

    private static readonly string[] Sources = ["client.go", "load.go", "provider.go"];

    private readonly Child _child;

    private GoClient(Child child) => _child = child;

    public string Name => "grpc-go";

    /// <summary>The versions, for example "grpc-go 1.33.3, go 1.19.8".</summary>
    public string Version { get; private set; } = "";

    /// <summary>Compiles the client, starts it, and waits until it is connected.</summary>
    public static async Task<GoClient> StartAsync(Target target, CancellationToken cancellation)
    {
        var client = new GoClient(Child.Start(
            await BuildAsync(target.Folder, cancellation),
            $"127.0.0.1:{target.TlsPort}", ProxyProcess.ServerName, target.CaFile, target.CertFile, target.KeyFile));
        try
        {
            client.Version = await client._child.Output.ReadLineAsync(cancellation)
                ?? throw new PeerMissingException($"The client of grpc-go did not connect: {await client._child.ReadErrorsAsync()}");
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>After a cancellation, the client cannot be used any more.</remarks>
    public async Task<Load> RunAsync(int callers, TimeSpan duration, CancellationToken cancellation)
    {
        await _child.Input.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"run {callers} {duration.TotalMilliseconds:0}"));
        await _child.Input.FlushAsync(cancellation);
        var answer = await _child.Output.ReadLineAsync(cancellation)
            ?? throw new InvalidOperationException($"The client of grpc-go ended: {await _child.ReadErrorsAsync()}");
        var load = JsonSerializer.Deserialize<Answer>(answer, JsonSerializerOptions.Web)!;
        return new Load(load.Calls, load.Failed, TimeSpan.FromMicroseconds(load.ElapsedMicroseconds), load.P50Microseconds, load.P99Microseconds);
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private static async Task<Tool> BuildAsync(string targetFolder, CancellationToken cancellation)
    {
        var go = Tool.Find("go");
        if (!Directory.Exists($"{Packages}/src/google.golang.org/grpc"))
            throw new PeerMissingException($"grpc-go (golang-google-grpc-dev) is not installed; {Tool.Remedy}");

        var folder = Directory.CreateDirectory(Path.Combine(targetFolder, "go")).FullName;
        foreach (var source in Sources)
        {
            await using var content = typeof(GoClient).Assembly.GetManifestResourceStream(source)!;
            await using var file = File.Create(Path.Combine(folder, source));
            await content.CopyToAsync(file, cancellation);
        }

        var program = Path.Combine(folder, "client");
        await go.RunAsync(["build", "-o", program, .. Sources.Select(source => Path.Combine(folder, source))], Surroundings(folder), cancellation);
        return new Tool(program);
    }

    // Uses only packages of the distribution: no network, no C compiler, no user settings.
    private static Dictionary<string, string> Surroundings(string folder) => new()
    {
        ["GO111MODULE"] = "off",
        ["GOPATH"] = Packages,
        ["GOPROXY"] = "off",
        ["GOTOOLCHAIN"] = "local",
        ["GOENV"] = "off",
        ["GOFLAGS"] = "",
        ["CGO_ENABLED"] = "0",
        ["GOTMPDIR"] = folder,
    };

    /// <summary>The output of the client after each run.</summary>
    private sealed record Answer(long Calls, long Failed, double ElapsedMicroseconds, double P50Microseconds, double P99Microseconds);
}
