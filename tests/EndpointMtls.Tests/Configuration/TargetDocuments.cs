using System.Collections.Immutable;
using System.Text;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads target files for a realm.</summary>
internal static class TargetDocuments
{
    private static readonly RealmDefinition Plaintext = TestDocuments.Read("- { name: lab, endpoints: [a:1] }")[0];
    private static readonly RealmDefinition Secured = TestDocuments.Read("- { name: eu, endpoints: [a:1], tls_config: { use_system_roots: true } }")[0];

    public static (ImmutableArray<TargetGroup> Groups, ConfigurationErrors Errors) Compile(ReadOnlySpan<byte> content, string path, bool isSecured = false)
    {
        var errors = new ConfigurationErrors();
        return (new TargetFileReader(isSecured ? Secured : Plaintext).Read(content, path, errors), errors);
    }

    /// <summary>The groups of a document that must have no errors.</summary>
    public static ImmutableArray<TargetGroup> Read(string content, string path)
    {
        var (groups, errors) = Compile(Encoding.UTF8.GetBytes(content), path);
        errors.Errors.Should().BeEmpty();
        return groups;
    }

    public static IEnumerable<ConfigurationError> ErrorsOf(string content, string path, bool isSecured = false) =>
        Compile(Encoding.UTF8.GetBytes(content), path, isSecured).Errors.Errors;

    /// <summary>The groups in one line: their targets in normal form, and their labels.</summary>
    public static string Show(this ImmutableArray<TargetGroup> groups) => string.Join("; ", groups.Select(group =>
        $"{string.Join(' ', group.Targets.Select(target => target.Normal))}{string.Concat(group.Labels.Select(label => $" {label.Key}={label.Value}"))}"));
}
