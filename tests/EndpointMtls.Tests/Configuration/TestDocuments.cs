using System.Text;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads and compiles documents, without loading certificates.</summary>
internal static class TestDocuments
{
    /// <summary>The path that errors show.</summary>
    public const string File = "/etc/realms.yaml";

    public static (IReadOnlyList<RealmDefinition> Realms, ConfigurationErrors Errors) Compile(string yaml) => Compile(Encoding.UTF8.GetBytes(yaml));

    public static (IReadOnlyList<RealmDefinition> Realms, ConfigurationErrors Errors) Compile(ReadOnlySpan<byte> yaml)
    {
        var (configuration, errors) = CompileAll(yaml);
        return (configuration.Realms, errors);
    }

    /// <summary>Compiles the realms and the server of a document.</summary>
    public static (CompiledConfiguration Configuration, ConfigurationErrors Errors) CompileAll(ReadOnlySpan<byte> yaml)
    {
        var options = new EndpointMtlsOptions();
        YamlRealmSource.AddTo(options, File, yaml);
        var errors = new ConfigurationErrors();
        return (new RealmCompiler(errors).Compile(options), errors);
    }

    /// <summary>The server of a document that must have no errors.</summary>
    public static ServerDefinition ReadServer(string yaml)
    {
        var (configuration, errors) = CompileAll(Encoding.UTF8.GetBytes(yaml));
        errors.Errors.Should().BeEmpty();
        return configuration.Server!;
    }

    /// <summary>The realms of a document that must have no errors.</summary>
    public static IReadOnlyList<RealmDefinition> Read(string yaml)
    {
        var (realms, errors) = Compile(yaml);
        errors.Errors.Should().BeEmpty();
        return realms;
    }

    /// <summary>The errors of the realms and the server of a document.</summary>
    public static IEnumerable<ConfigurationError> ErrorsOf(string yaml) => CompileAll(Encoding.UTF8.GetBytes(yaml)).Errors.Errors;

    public static IEnumerable<ConfigurationError> WarningsOf(string yaml) => CompileAll(Encoding.UTF8.GetBytes(yaml)).Errors.Warnings;

    /// <summary>Expects errors or warnings, each as <c>Code key line:column</c>, and their approved texts.</summary>
    public static void ShouldBe(this IEnumerable<ConfigurationError> errors, params string[] expected)
    {
        errors.Select(Identify).Should().Equal(expected);
        errors.Select(error => error.ToString()).Should().BeApproved();
    }

    public static string Identify(ConfigurationError error) => error.Location is { } location
        ? $"{error.Code} {(error.Key == location.File ? "FILE" : error.Key)} {location.Line}:{location.Column}"
        : $"{error.Code} {error.Key}";
}
