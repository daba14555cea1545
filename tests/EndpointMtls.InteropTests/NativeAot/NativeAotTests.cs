using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.NativeAot;

/// <summary>An application with both packages works with Native AOT.</summary>
public sealed class NativeAotTests
{
    private static readonly string[] Realms = ["yaml", "section", "code"];

    private readonly TempFolder _folder = new();
    private string _publishOutput = "";

    private string Program => _folder["published/NativeAot"];

    [OneTimeSetUp]
    public async Task PublishAsync()
    {
        Peer.RequireOneOf("clang", "gcc");

        // In its own folder, because other builds may run at the same time.
        _publishOutput = await DotnetCommand.RunAsync(
            TimeSpan.FromMinutes(20),
            "publish", Repository.Path("tests/NativeAot"), "--configuration", "Debug", "--artifacts-path", _folder["artifacts"], "--output", _folder["published"],
            "--nologo", "-nodeReuse:false", "-p:TreatWarningsAsErrors=false"); // A warning fails its own test, not this method.
    }

    [OneTimeTearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void Publishing_prints_no_warning() => _publishOutput.Should().NotContain("warning");

    [Test]
    public async Task Realms_of_a_file_a_section_and_code_are_served_and_called()
    {
        foreach (var realm in Realms)
        {
            var root = TestCa.CreateRoot(realm);
            _folder.WriteRealm($"serve/{realm}", root, root.IssueServer("127.0.0.1"));
            _folder.WriteRealm($"call/{realm}", root, root.IssueClient($"client of {realm}", "a.clients.example"));
        }

        WriteConfiguration("serve", _ => "[]");
        await using var server = ChildProcess.Start(Program, ["serve", _folder["serve"]]);
        var ports = Realms.Zip((await server.ReadAsync("ports (.+)")).Split(' ')).ToDictionary(pair => pair.First, pair => pair.Second);

        WriteConfiguration("call", realm => $"[\"127.0.0.1:{ports[realm]}\"]");
        await using var client = ChildProcess.Start(Program, ["call", _folder["call"], .. Realms.Select(realm => ports[realm])]);
        var exitCode = await client.WaitForExitAsync();

        exitCode.Should().Be(0, client.Errors);
        client.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().BeEquivalentTo(
        [
            "client: client by CN=client of yaml",
            .. Realms.Select(realm => $"{realm}: factory by CN=client of {realm}"),
            .. Realms.Select(realm => $"set {realm} Healthy: set by CN=client of {realm}"),
        ]);
    }

    /// <summary>Writes the realms that do not come from code.</summary>
    /// <param name="side">The folder.</param>
    /// <param name="endpointsOf">The list of a realm's endpoints, in JSON.</param>
    private void WriteConfiguration(string side, Func<string, string> endpointsOf)
    {
        _folder.Write($"{side}/endpoints.yaml", $$"""
            - name: yaml
              tls_config: { ca_file: yaml/ca.crt, cert_file: yaml/tls.crt, key_file: yaml/tls.key }
              endpoints: {{endpointsOf("yaml")}}
            """);
        _folder.Write($"{side}/appsettings.json", $$"""
            {
              "EndpointMtls": {
                "Realms": [{
                  "Name": "section",
                  "TlsConfig": { "CaFile": "{{Path("ca.crt")}}", "CertFile": "{{Path("tls.crt")}}", "KeyFile": "{{Path("tls.key")}}" },
                  "Endpoints": {{endpointsOf("section")}}
                }]
              }
            }
            """);

        string Path(string name) => _folder[$"{side}/section/{name}"];
    }
}
