using System.Collections.Immutable;

namespace EndpointMtls.Configuration.Model;

/// <summary>The TLS options of a realm after all checks. Immutable.</summary>
/// <param name="options">The options. The definition owns them: they must not change.</param>
internal sealed class TlsDefinition(TlsOptions options)
{
    /// <summary>The options. Do not change them.</summary>
    public TlsOptions Options => options;

    /// <summary>Whether the files are a server's own. Their CA certificates verify clients, and are optional.</summary>
    public bool IsServer { get; init; }

    public TlsVersions Versions { get; init; } = TlsVersions.Of(options);

    public string? CertFile => options.CertFile;

    public string? KeyFile => options.KeyFile;

    public string? KeyPasswordFile => options.KeyPasswordFile;

    public ImmutableArray<string> CaFiles { get; } = [.. options.CaFile.Distinct()];

    public ImmutableArray<string> CrlFiles { get; } = [.. options.CrlFile.Distinct()];

    public CrlMode CrlMode => options.CrlMode;

    public bool UseSystemRoots => options.UseSystemRoots;

    public bool InsecureSkipVerify => options.InsecureSkipVerify;

    public bool AllowWeakCertificates => options.AllowWeakCertificates;

    public bool VerifyCommonName => options.VerifyCommonName;

    public ImmutableArray<SanPattern> ServerAllowedSans { get; } = SanPattern.ParseAll(options.ServerAllowedSans);

    public ImmutableArray<KeyPin> Pins { get; } = KeyPin.ParseAll(options.Pins);

    public string? ServerName => options.ServerName;

    public TimeSpan CheckInterval => options.CheckInterval;

    public TimeSpan RotationJitter => options.RotationJitter;

    public TimeSpan DrainTimeout => options.DrainTimeout;

    public TimeSpan CaOverlap => options.CaOverlap;

    public TrustRemovedAction OnTrustRemoved => options.OnTrustRemoved;

    public TimeSpan? ExpiryWarning => options.ExpiryWarning;

    public ExpiredAction OnExpired => options.OnExpired;

    public IdentityRejectedAction OnIdentityRejected => options.OnIdentityRejected;

    /// <summary>Whether CA certificates are loaded from files.</summary>
    public bool HasCaCertificates => !UseSystemRoots && !InsecureSkipVerify && !CaFiles.IsEmpty;

    /// <summary>Whether the options for handshakes are equal, apart from files.</summary>
    public bool HasSameHandshakes(TlsDefinition other) =>
        Versions == other.Versions
        && OptionTables.Tls.AreSame(options, other.Options, option => option.Change.HasFlag(OptionChange.Handshakes));

    /// <summary>Whether the same files are loaded, by the same rules.</summary>
    public bool HasSameFiles(TlsDefinition other) =>
        (IsServer, HasCaCertificates) == (other.IsServer, other.HasCaCertificates)
        && OptionTables.Tls.AreSame(options, other.Options, option => option.Change.HasFlag(OptionChange.Files));

    public bool IsSameAs(TlsDefinition? other) =>
        ReferenceEquals(this, other)
        || (other is not null && IsServer == other.IsServer && Versions == other.Versions
            && OptionTables.Tls.AreSame(options, other.Options));
}
