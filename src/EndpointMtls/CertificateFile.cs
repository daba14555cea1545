namespace EndpointMtls;

/// <summary>The state of a file when it was read.</summary>
public sealed record CertificateFile
{
    /// <summary>The path as configured. For a file of a configured folder: the path of the folder and the file name.</summary>
    public required string Path { get; init; }

    /// <summary>The last write time, in UTC. For a symbolic link: that of its final target.</summary>
    public required DateTimeOffset LastWriteTime { get; init; }

    /// <summary>The length in bytes.</summary>
    public required long Length { get; init; }
}
