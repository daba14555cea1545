namespace EndpointMtls.Documents;

/// <summary>What a configuration is read from: how errors call it, and what differs with it.</summary>
/// <param name="Name">What errors about the whole of it begin with.</param>
/// <param name="BaseDirectory">What relative paths are taken from; <see langword="null"/> for the current directory.</param>
/// <param name="IsSection">Whether it is a section: .NET writes <c>True</c> there, and lists are numbered.</param>
internal sealed record ConfigSource(string Name, string? BaseDirectory, bool IsSection)
{
    public static ConfigSource OfYaml(string path) => new(path, Path.GetDirectoryName(Path.GetFullPath(path)), IsSection: false);

    public static ConfigSource OfSection(string name) => new(name, BaseDirectory: null, IsSection: true);
}
