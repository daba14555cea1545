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

    /// <summary>The groups of a document that must have no errors and no warnings.</summary>
    public static ImmutableArray<TargetGroup> Read(string content, string path)
    {
        var (groups, errors) = Compile(Encoding.UTF8.GetBytes(content), path);
        errors.Errors.Concat(errors.Warnings).Should().BeEmpty();
        return groups;
    }

    /// <summary>What is wrong with a document. If there are errors, it is not usable; the parts that warnings name are left out.</summary>
    public static (IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<ConfigurationError> Warnings) Check(
        string content, string path, bool isSecured = false)
    {
        var errors = Compile(Encoding.UTF8.GetBytes(content), path, isSecured).Errors;
        return (errors.Errors, errors.Warnings);
    }

    /// <summary>The groups in one line: their targets in normal form, and their labels.</summary>
    public static string Show(this ImmutableArray<TargetGroup> groups) => string.Join("; ", groups.Select(group =>
        $"{string.Join(' ', group.Targets.Select(target => target.Normal))}{string.Concat(group.Labels.Select(label => $" {label.Key}={label.Value}"))}"));
}
