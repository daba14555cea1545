using System.Collections.Immutable;

namespace EndpointMtls.Realms;

/// <summary>The configuration in use, and why a later one was rejected. Immutable.</summary>
/// <param name="Table">The realms.</param>
/// <param name="Options">The options.</param>
/// <param name="AppliedAt">When they were read and accepted.</param>
internal sealed record RegistrySnapshot(RealmTable Table, EndpointMtlsOptions Options, DateTimeOffset AppliedAt)
{
    /// <summary>The warnings about the options.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The errors of a later configuration in one line; <see langword="null"/> if there is none.</summary>
    public string? Failure { get; private init; }

    private ImmutableArray<string> Errors { get; init; } = [];

    private DateTimeOffset? RejectedSince { get; init; }

    /// <summary>The same configuration in use, after another one was rejected.</summary>
    public RegistrySnapshot Rejected(string failure, ImmutableArray<string> errors, DateTimeOffset now) =>
        this with { Failure = failure, Errors = errors, RejectedSince = RejectedSince ?? now };

    public ConfigurationDescription Describe(IEnumerable<Realm> realms) => new()
    {
        AppliedAt = AppliedAt,
        RejectedSince = RejectedSince,
        Errors = Errors,
        Warnings = Warnings,
        Certificates = [.. realms.Select(realm => realm.Rotation?.Describe()).OfType<LoadedCertificates>()],
    };
}
