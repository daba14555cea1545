using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using EndpointMtls.AspNetCore;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>The laws of docs/architecture.md that reflection and a search in the sources can check.</summary>
public sealed partial class LawTests
{
    private static readonly string[] Folders =
    [
        "Text", "Async", "Files", "Dns", "Addressing", "Documents", "Configuration", "Trust", "Certificates", "Realms",
        "Serving", "Discovery", "Channels", "Endpoints",
    ];

    /// <summary>Its own namespace, and those of the types that it extends.</summary>
    private static readonly string[] CompanionNamespaces =
        ["EndpointMtls.AspNetCore", "Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.Hosting", "Microsoft.Extensions.DependencyInjection"];

    /// <summary>For code that runs handshakes of servers: the companion, and servers other than Kestrel.</summary>
    private static readonly Type[] ForServerHosts = [typeof(ServerHandshake), typeof(ServerTls)];

    private static readonly Assembly Core = typeof(IEndpointChannelFactory).Assembly;

    private static readonly Assembly Companion = typeof(EndpointMtlsAuthenticationDefaults).Assembly;

    private static readonly string Library = Repository.Path("src/EndpointMtls");

    private static IEnumerable<Assembly> Assemblies => [Core, Companion];

    [Test]
    public void A_folder_uses_only_folders_above_it_and_Telemetry_uses_only_Text_and_Async()
    {
        var forbidden = Folders
            .SelectMany((folder, index) => Folders[(index + 1)..], (folder, later) => (folder, later))
            .Concat(Folders.Except(["Text", "Async"]).Select(folder => (folder: "Telemetry", later: folder)));

        var offences =
            from pair in forbidden
            from file in FilesOf(pair.folder)
            where Regex.IsMatch(File.ReadAllText(file), $@"(?<![\w.])(EndpointMtls\.)?{pair.later}\.[A-Z]|using EndpointMtls\.{pair.later}\b")
            select $"{Path.GetRelativePath(Library, file)} uses {pair.later}";

        offences.Should().BeEmpty();
    }

    [Test]
    public void Every_folder_is_known_to_these_laws() =>
        Directory.GetDirectories(Library).Select(Path.GetFileName).Except(["bin", "obj"])
            .Should().BeEquivalentTo([.. Folders, "Telemetry"]);

    [Test]
    public void Public_types_are_in_the_root_and_internal_types_in_folders()
    {
        var types = typeof(IEndpointChannelFactory).Assembly.GetTypes().Where(type => !type.IsNested && type.Namespace is not null && type.Namespace.StartsWith("EndpointMtls", StringComparison.Ordinal));

        types.Where(type => type.IsPublic && type.Namespace != "EndpointMtls").Should().Equal(ForServerHosts);
        types.Where(type => !type.IsPublic && type.Namespace == "EndpointMtls").Should().BeEmpty();
        Folders.Append("Telemetry").SelectMany(FilesOf).Where(file => PublicType().IsMatch(File.ReadAllText(file)))
            .Select(Path.GetFileNameWithoutExtension).Should().BeEquivalentTo(ForServerHosts.Select(type => type.Name));
    }

    [TestCaseSource(nameof(Assemblies))]
    public void Every_public_class_is_sealed(Assembly assembly) =>
        assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsSealed: false }).Should().BeEmpty();

    [Test]
    public void The_companion_uses_only_the_public_API() =>
        Core.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName)
            .Should().BeEquivalentTo("EndpointMtls.Benchmarks", "EndpointMtls.Tests", "EndpointMtls.InteropTests");

    [Test]
    public void The_library_does_not_reference_ASP_NET_Core() =>
        Core.GetReferencedAssemblies().Where(assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)).Should().BeEmpty();

    [Test]
    public void Types_of_the_companion_begin_with_EndpointMtls_and_only_extensions_are_in_other_namespaces()
    {
        var types = Companion.GetExportedTypes();

        types.Select(type => type.Namespace).Distinct().Should().BeSubsetOf(CompanionNamespaces);
        types.Where(type => !type.Name.StartsWith("EndpointMtls", StringComparison.Ordinal)).Should().BeEmpty();
        types.Where(type => type.Namespace != CompanionNamespaces[0] && type is not { IsAbstract: true, IsSealed: true }).Should().BeEmpty("other namespaces only get extensions");
    }

    [Test]
    public void Every_approved_text_belongs_to_a_test_that_exists()
    {
        var tests = from type in typeof(LawTests).Assembly.GetTypes()
                    from method in type.GetMethods()
                    select $"{type.FullName!["EndpointMtls.Tests.".Length..]}.{method.Name}";

        ApprovedTexts.Tests.Distinct().Except(tests).Should().BeEmpty();
    }

    [Test]
    public void No_line_of_the_sources_is_longer_than_140_characters()
    {
        var sources = Directory.EnumerateFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

        var longLines = from file in sources
                        from line in File.ReadLines(file).Index()
                        where line.Item.Length > 140
                        select $"{file}:{line.Index + 1}";

        longLines.Should().BeEmpty();
    }

    private static IEnumerable<string> FilesOf(string folder) => Directory.EnumerateFiles(Path.Combine(Library, folder), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex("^public ", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
