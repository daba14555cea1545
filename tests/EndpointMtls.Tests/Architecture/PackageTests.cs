using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>What <c>dotnet pack</c> creates: one assembly per package, with the expected version and dependencies.</summary>
internal sealed class PackageTests
{
    private DirectoryInfo _folder = null!;

    [OneTimeSetUp]
    public async Task PackBoth()
    {
        _folder = Directory.CreateTempSubdirectory("endpoint-mtls-pack-");
        await PackAsync("LibraryProject");
        await PackAsync("CompanionProject");
    }

    [OneTimeTearDown]
    public void Clean() => _folder.Delete(recursive: true);

    [TestCase("EndpointMtls")]
    [TestCase("EndpointMtls.AspNetCore")]
    public void A_package_contains_one_assembly(string id)
    {
        using var package = Open(id);

        package.Entries.Select(entry => entry.Name).Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).Should().Equal($"{id}.dll");
    }

    [TestCase("EndpointMtls")]
    [TestCase("EndpointMtls.AspNetCore")]
    public async Task A_package_has_the_version_of_Directory_Build_props(string id) =>
        (await NuspecElementsOf(id, "version")).Single().Value.Should().Be(Repository.Version);

    [Test]
    public async Task The_package_depends_on_Grpc_Net_Client() => (await DependenciesOf("EndpointMtls")).Should().Contain("Grpc.Net.Client");

    [Test]
    public async Task The_package_for_Kestrel_depends_on_the_library_alone() =>
        (await DependenciesOf("EndpointMtls.AspNetCore")).Should().Equal("EndpointMtls");

    private async Task<IEnumerable<string>> DependenciesOf(string id) =>
        (await NuspecElementsOf(id, "dependency")).Select(dependency => dependency.Attribute("id")!.Value);

    private async Task<IEnumerable<XElement>> NuspecElementsOf(string id, string name)
    {
        using var package = Open(id);
        await using var content = await package.Entries.Single(entry => entry.Name == $"{id}.nuspec").OpenAsync();
        var nuspec = await XDocument.LoadAsync(content, LoadOptions.None, CancellationToken.None);
        return nuspec.Descendants().Where(element => element.Name.LocalName == name);
    }

    private Task<string> PackAsync(string project) => DotnetCommand.RunAsync(
        TimeSpan.FromMinutes(10),
        "pack", Built(project), "--no-build", "--nologo", "-nodeReuse:false", "--configuration", Built("Configuration"), "--output", _folder.FullName);

    private static string Built(string key) =>
        typeof(PackageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    // A version begins with a digit, the rest of a longer package name does not.
    private ZipArchive Open(string id) => ZipFile.OpenRead(_folder.GetFiles($"{id}.*.nupkg").Single(file => char.IsDigit(file.Name[id.Length + 1])).FullName);
}
