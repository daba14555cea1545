namespace EndpointMtls;

/// <summary>A file as it was when it was read.</summary>
public sealed record CertificateFile
{
    /// <summary>The path, as configured; for a file of a folder, with the folder.</summary>
    public required string Path { get; init; }

    /// <summary>When the file behind the path was written.</summary>
    public required DateTimeOffset LastWriteTime { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Length { get; init; }
}
