namespace EndpointMtls.Configuration;

/// <summary>Reads the realms of a YAML file.</summary>
internal static class YamlRealmSource
{
    /// <summary>Reads the file as well.</summary>
    public static void AddTo(EndpointMtlsOptions options, string yamlPath)
    {
        try
        {
            AddTo(options, yamlPath, ReadAtMost(yamlPath, YamlText.MaxBytes + 1));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            options.Errors.Add(yamlPath, null, $"cannot be read: {exception.Message.TrimEnd('.')}", "AddEndpointMtls(yamlPath) needs a file that this process may read");
        }
    }

    /// <summary>Reads content that was read from the file before.</summary>
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
                options.Errors.Add(yamlPath, null, "is empty", "Write a list of realms: '- name: …'");
            }
        }
        catch (YamlProblem problem)
        {
            options.Errors.Add(yamlPath, problem.Location, problem.Message, problem.Fix);
        }
    }

    // Its length says nothing of what is not an ordinary file.
    private static byte[] ReadAtMost(string path, int bytes)
    {
        using var file = File.OpenRead(path);
        var content = new byte[bytes];
        return content[..file.ReadAtLeast(content, bytes, throwOnEndOfStream: false)];
    }
}
