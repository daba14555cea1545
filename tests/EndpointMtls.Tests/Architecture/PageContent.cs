using System.Collections.Immutable;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace EndpointMtls.Tests.Architecture;

/// <summary>Compiles and splits what the pages show.</summary>
internal static class PageContent
{
    /// <summary>Compiles options that have no errors.</summary>
    public static ImmutableArray<RealmDefinition> Compile(EndpointMtlsOptions options)
    {
        var errors = new ConfigurationErrors();
        var realms = new RealmCompiler(errors).Compile(options).Realms;
        errors.Errors.Should().BeEmpty();
        return realms;
    }

    /// <summary>Compiles the section <c>EndpointMtls</c>, which has no errors.</summary>
    public static ImmutableArray<RealmDefinition> CompileSection(IConfiguration configuration)
    {
        var options = new EndpointMtlsOptions();
        SectionRealmSource.AddTo(options, configuration.GetSection("EndpointMtls"));
        return Compile(options);
    }

    /// <summary>The lines of code, without indentation and empty lines.</summary>
    public static string[] LinesOf(string code) => code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The lines of a file of this folder.</summary>
    public static string[] LinesOfFile(string name) => LinesOf(File.ReadAllText(Repository.Path($"tests/EndpointMtls.Tests/Architecture/{name}")));

    /// <summary>The parts of a cell, each of which is code.</summary>
    public static IEnumerable<string> CodeIn(string cell) => cell.Split(", ").Select(part => MarkdownPage.Row.CodeOf(part)!);

    public static string WithPort(string text) => text.Replace(":port", ":443", StringComparison.Ordinal);
}
