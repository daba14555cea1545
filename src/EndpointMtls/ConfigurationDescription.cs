namespace EndpointMtls;

/// <summary>What became of the configuration and its last change.</summary>
public sealed record ConfigurationDescription
{
    /// <summary>When the configuration in use was last read and accepted, in UTC.</summary>
    public required DateTimeOffset AppliedAt { get; init; }

    /// <summary>
    /// Since when the sources hold a configuration that is rejected, in UTC; <see langword="null"/> if their configuration is in use.
    /// </summary>
    public DateTimeOffset? RejectedSince { get; init; }

    /// <summary>
    /// Why the last change was rejected: each error with its place and its fix, at most 1000. Empty if the configuration of the sources is
    /// in use.
    /// </summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>What is probably a mistake in the configuration in use. Each was also logged (103).</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// The certificates of each realm with TLS, in the order of the configuration, and then those of servers that are configured in code.
    /// </summary>
    public required IReadOnlyList<LoadedCertificates> Certificates { get; init; }
}
