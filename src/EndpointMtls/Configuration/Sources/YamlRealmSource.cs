using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Sources;

/// <summary>Reads the realms of a YAML file.</summary>
internal static class YamlRealmSource
{
    /// <param name="options">The options to which realms, server and errors are added.</param>
    /// <param name="yamlPath">
    /// The path of the file, as errors show it. For relative paths in the file, see <see cref="ConfigSource.OfYaml"/>.
    /// </param>
    /// <param name="content">The content of the file.</param>
    public static void AddTo(EndpointMtlsOptions options, string yamlPath, ReadOnlySpan<byte> content)
    {
        try
        {
            if (YamlComposer.Compose(YamlText.Decode(content, yamlPath), yamlPath) is { IsBlank: false } document)
            {
                new DocumentReader(options, ConfigSource.OfYaml(yamlPath)).Read(document);
            }
            else
            {
                options.Errors.Add(
                    ErrorCode.InvalidDocument, yamlPath, null, "is empty", "Write a list of realms, such as '- endpoints: [host:port]'");
            }
        }
        catch (DocumentException problem)
        {
            options.Errors.Add(ErrorCode.InvalidDocument, yamlPath, problem.Location, problem.Message, problem.Fix);
        }
    }
}
