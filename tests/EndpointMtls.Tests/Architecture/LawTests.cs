using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using EndpointMtls.AspNetCore;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>The laws of docs/architecture.md that a machine can hold.</summary>
public sealed class LawTests
{
    private static readonly string[] Stages =
    [
        "Text", "Async", "Files", "Dns", "Addressing", "Documents", "Configuration", "Trust", "Certificates", "Realms",
        "Serving", "Discovery", "Channels", "Endpoints",
    ];

    /// <summary>Its own, and those where users look for what it extends.</summary>
    private static readonly string[] CompanionNamespaces =
        ["EndpointMtls.AspNetCore", "Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.Hosting", "Microsoft.Extensions.DependencyInjection"];

    /// <summary>For those who run the handshakes of servers: the companion, and servers other than Kestrel.</summary>
    private static readonly Type[] ForServerHosts = [typeof(ServerHandshake), typeof(ServerTls)];

    private static readonly Assembly Core = typeof(IEndpointChannelFactory).Assembly;

    private static readonly Assembly Companion = typeof(EndpointMtlsAuthenticationDefaults).Assembly;

    private static readonly string Library = Repository.Path("src/EndpointMtls");

    private static IEnumerable<Assembly> Assemblies => [Core, Companion];

    [Test]
    public void A_folder_uses_only_folders_above_it_and_telemetry()
    {
        var forbidden = Stages
            .SelectMany((stage, index) => Stages[(index + 1)..], (stage, later) => (stage, later))
            .Concat(Stages.Except(["Text", "Async"]).Select(stage => (stage: "Telemetry", later: stage)));

        var offences =
            from pair in forbidden
            from file in FilesOf(pair.stage)
            where Regex.IsMatch(File.ReadAllText(file), $@"(?<![\w.])(EndpointMtls\.)?{pair.later}\.[A-Z]|using EndpointMtls\.{pair.later}\b")
            select $"{Path.GetRelativePath(Library, file)} uses {pair.later}";

        offences.Should().BeEmpty();
    }

    [Test]
    public void Every_folder_is_known_to_these_laws() =>
        Directory.GetDirectories(Library).Select(Path.GetFileName).Except(["bin", "obj"])
            .Should().BeEquivalentTo([.. Stages, "Telemetry"]);

    [Test]
    public void Nothing_public_hides_in_a_folder_and_nothing_internal_in_the_root()
    {
        var types = typeof(IEndpointChannelFactory).Assembly.GetTypes().Where(type => !type.IsNested && type.Namespace is not null && type.Namespace.StartsWith("EndpointMtls", StringComparison.Ordinal));

        types.Where(type => type.IsPublic && type.Namespace != "EndpointMtls").Should().Equal(ForServerHosts);
        types.Where(type => !type.IsPublic && type.Namespace == "EndpointMtls").Should().BeEmpty();
    }

    [TestCaseSource(nameof(Assemblies))]
    public void Every_type_is_sealed_or_meant_to_be_implemented(Assembly assembly) =>
        assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsSealed: false }).Should().BeEmpty();

    [Test]
    public void The_companion_uses_only_what_is_public() =>
        Core.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName)
            .Should().BeEquivalentTo("EndpointMtls.Benchmarks", "EndpointMtls.Tests", "EndpointMtls.InteropTests");

    [Test]
    public void Without_the_companion_nothing_needs_ASP_NET_Core() =>
        Core.GetReferencedAssemblies().Where(assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)).Should().BeEmpty();

    [Test]
    public void What_the_companion_adds_to_other_namespaces_is_told_by_its_name()
    {
        var types = Companion.GetExportedTypes();

        types.Select(type => type.Namespace).Distinct().Should().BeSubsetOf(CompanionNamespaces);
        types.Where(type => !type.Name.StartsWith("EndpointMtls", StringComparison.Ordinal)).Should().BeEmpty();
        types.Where(type => type.Namespace != CompanionNamespaces[0] && type is not { IsAbstract: true, IsSealed: true }).Should().BeEmpty("only extensions belong there");
    }

    private static IEnumerable<string> FilesOf(string folder) => Directory.EnumerateFiles(Path.Combine(Library, folder), "*.cs", SearchOption.AllDirectories);
}
