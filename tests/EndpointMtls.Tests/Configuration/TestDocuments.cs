using System.Text;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Documents read and compiled, without their certificates.</summary>
internal static class TestDocuments
{
    /// <summary>What errors call the file.</summary>
    public const string File = "/etc/realms.yaml";

    public static (IReadOnlyList<RealmDefinition> Realms, ConfigurationErrors Errors) Compile(string yaml) => Compile(Encoding.UTF8.GetBytes(yaml));

    public static (IReadOnlyList<RealmDefinition> Realms, ConfigurationErrors Errors) Compile(ReadOnlySpan<byte> yaml)
    {
        var (configuration, errors) = CompileAll(yaml);
        return (configuration.Realms, errors);
    }

    /// <summary>A document with its server.</summary>
    public static (CompiledConfiguration Configuration, ConfigurationErrors Errors) CompileAll(ReadOnlySpan<byte> yaml)
    {
        var options = new EndpointMtlsOptions();
        YamlRealmSource.AddTo(options, File, yaml);
        var errors = new ConfigurationErrors();
        return (new RealmCompiler(errors).Compile(options), errors);
    }

    /// <summary>The server of a document without errors.</summary>
    public static ServerDefinition ReadServer(string yaml)
    {
        var (configuration, errors) = CompileAll(Encoding.UTF8.GetBytes(yaml));
        errors.All().Should().BeEmpty();
        return configuration.Server!;
    }

    /// <summary>The realms of a document without errors.</summary>
    public static IReadOnlyList<RealmDefinition> Read(string yaml)
    {
        var (realms, errors) = Compile(yaml);
        errors.All().Should().BeEmpty();
        return realms;
    }

    /// <summary>The errors of a document, with FILE for its path.</summary>
    public static IEnumerable<string> ErrorsOf(string yaml) => Compile(yaml).Errors.All().Select(Shorten);

    public static IEnumerable<string> WarningsOf(string yaml) => Compile(yaml).Errors.Warnings.Select(Shorten);

    private static string Shorten(string message) => message.Replace(File, "FILE", StringComparison.Ordinal);
}
