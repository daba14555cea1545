using System.Reflection;
using System.Text.RegularExpressions;
using EndpointMtls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Samples.Tests.Documentation;

/// <summary>The examples in README.md are valid.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Root = typeof(ReadmeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!;
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root, "README.md"));

    [Test]
    public void The_code_compiles()
    {
        var compiled = LinesOf(File.ReadAllText(Path.Combine(Root, "tests/Samples.Tests/Documentation/ReadmeSnippet.cs")));

        LinesOf(Block("csharp")).Should().HaveCount(5).And.BeSubsetOf(compiled);
    }

    [Test]
    public void The_configuration_is_valid_except_for_missing_files()
    {
        var folder = Directory.CreateTempSubdirectory("endpoint-mtls-");
        var path = Path.Combine(folder.FullName, "endpoints.yaml");
        File.WriteAllText(path, Block("yaml"));
        using var services = new ServiceCollection().AddEndpointMtls(path).BuildServiceProvider();

        var failures = Assert.Catch<OptionsValidationException>(() => services.GetRequiredService<IEndpointChannelFactory>())!.Failures;

        folder.Delete(recursive: true);
        failures.Should().HaveCount(3).And.OnlyContain(failure => failure.Contains("does not exist"));
    }

    /// <summary>docs/configuration.md lists all keys, and has its own tests.</summary>
    [Test]
    public void The_table_lists_each_key_once_and_no_unknown_key_and_all_required_keys()
    {
        var documented = KeyOfTable().Matches(Readme).Select(match => match.Groups[1].Value).ToList();
        var options = typeof(RealmOptions).GetProperties().Select(property => property.Name == nameof(RealmOptions.Strict) ? "Mode" : property.Name)
            .Concat(typeof(TlsOptions).GetProperties().Select(property => $"{nameof(RealmOptions.TlsConfig)}.{property.Name}"));

        documented.Should().OnlyHaveUniqueItems().And.Contain(["name", "endpoints", "match", "tls_config.ca_file", "tls_config.cert_file", "tls_config.key_file"]);
        documented.Select(key => key.Replace("_", "", StringComparison.Ordinal)).Should().BeSubsetOf(options.Select(name => name.ToLowerInvariant()));
    }

    [Test]
    public void Every_link_within_the_repository_has_a_target() =>
        LocalLink().Matches(Readme).Select(match => match.Groups[1].Value)
            .Should().NotBeEmpty().And.OnlyContain(link => Path.Exists(Path.Combine(Root, link)));

    private static string Block(string language) => Regex.Match(Readme, $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

    private static string[] LinesOf(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^\| `([a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex KeyOfTable();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)\)")]
    private static partial Regex LocalLink();
}
