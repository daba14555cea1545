namespace EndpointMtls.Documents;

/// <summary>The file or section that a configuration is read from. Immutable.</summary>
/// <param name="Name">The path of the file or the name of the section, for error texts.</param>
/// <param name="BaseDirectory">The directory of relative paths; <see langword="null"/> for the current directory.</param>
/// <param name="IsSection">
/// Whether it is a section of <c>IConfiguration</c>. There, <c>True</c> is a boolean and lists have numbered keys.
/// </param>
internal sealed record ConfigSource(string Name, string? BaseDirectory, bool IsSection)
{
    public static ConfigSource OfYaml(string path) => new(path, Path.GetDirectoryName(Path.GetFullPath(path)), IsSection: false);

    public static ConfigSource OfSection(string name) => new(name, BaseDirectory: null, IsSection: true);
}
