using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;

namespace EndpointMtls.Tests.GrpcContracts;

/// <summary>The promise of eng/grpc-contracts: what we publish knows nothing of our contract assemblies.</summary>
internal sealed class PackageTests
{
    private static readonly string[] Contracts = ["Grpc.Core.Api", "Grpc.Net.Common"];

    private DirectoryInfo _folder = null!;

    [OneTimeSetUp]
    public async Task Pack()
    {
        _folder = Directory.CreateTempSubdirectory("endpoint-mtls-pack-");
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "pack", Built("LibraryProject"), "--no-build", "--nologo", "-nodeReuse:false",
                "--configuration", Built("Configuration"),
                "--output", _folder.FullName,
                $"-p:GrpcContracts={Built("GrpcContracts")}",
            },
        };

        // A test run inherits these from the SDK that started it; the new process is to find its own.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var kill = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.That(process.ExitCode, Is.Zero, output);
    }

    [OneTimeTearDown]
    public void Clean() => _folder.Delete(recursive: true);

    [Test]
    public void The_package_contains_no_contract_assembly()
    {
        using var package = Open();

        package.Entries.Select(entry => entry.Name).Should()
            .Contain("EndpointMtls.dll")
            .And.NotContain(name => Contracts.Any(contract => name.Contains(contract, StringComparison.OrdinalIgnoreCase)));
    }

    [Test]
    public async Task The_package_depends_on_the_client_and_on_no_contract_assembly()
    {
        using var package = Open();
        await using var content = await package.Entries.Single(entry => entry.Name == "EndpointMtls.nuspec").OpenAsync();
        var nuspec = await XDocument.LoadAsync(content, LoadOptions.None, CancellationToken.None);

        nuspec.Descendants().Where(element => element.Name.LocalName == "dependency")
            .Select(dependency => dependency.Attribute("id")!.Value).Should()
            .Contain("Grpc.Net.Client")
            .And.NotContain(Contracts);
    }

    private static string Built(string key) =>
        typeof(PackageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private ZipArchive Open() => ZipFile.OpenRead(_folder.GetFiles("EndpointMtls.*.nupkg").Single().FullName);
}
