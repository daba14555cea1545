using System.Collections.Immutable;

namespace EndpointMtls.Configuration.Model;

/// <summary>The TLS options of a realm whose every value has been checked. Immutable.</summary>
/// <param name="options">The options; nobody else may change them.</param>
internal sealed class TlsDefinition(TlsOptions options)
{
    /// <summary>The options behind the definition.</summary>
    public TlsOptions Options => options;

    /// <summary>Whether these are the files of a server: its CA certificates are for clients, and it may have none.</summary>
    public bool IsServer { get; init; }

    public TlsVersions Versions { get; init; } = TlsVersions.Of(options);

    public string? CertFile => options.CertFile;

    public string? KeyFile => options.KeyFile;

    public string? KeyPasswordFile => options.KeyPasswordFile;

    public ImmutableArray<string> CaFiles { get; } = [.. options.CaFile.Distinct()];

    public bool UseSystemRoots => options.UseSystemRoots;

    public bool InsecureSkipVerify => options.InsecureSkipVerify;

    public string? ServerName => options.ServerName;

    public TimeSpan CheckInterval => options.CheckInterval;

    public TimeSpan RotationJitter => options.RotationJitter;

    public TimeSpan DrainTimeout => options.DrainTimeout;

    public TimeSpan CaOverlap => options.CaOverlap;

    public TrustRemovedAction OnTrustRemoved => options.OnTrustRemoved;

    public ExpiredAction OnExpired => options.OnExpired;

    /// <summary>Whether it has CA certificates of its own.</summary>
    public bool HasCaCertificates => !UseSystemRoots && !InsecureSkipVerify && !CaFiles.IsEmpty;

    /// <summary>Whether handshakes by these options are like those by others, as far as files do not matter.</summary>
    public bool HasSameHandshakes(TlsDefinition other) =>
        Versions == other.Versions && OptionTables.Tls.AreSame(options, other.Options, option => option.Change == OptionChange.Handshakes);

    /// <summary>Whether it has the same files.</summary>
    public bool HasSameFiles(TlsDefinition other) =>
        (IsServer, HasCaCertificates) == (other.IsServer, other.HasCaCertificates)
        && OptionTables.Tls.AreSame(options, other.Options, option => option.Change == OptionChange.Files);

    public bool IsSameAs(TlsDefinition? other) =>
        ReferenceEquals(this, other)
        || (other is not null && IsServer == other.IsServer && Versions == other.Versions && OptionTables.Tls.AreSame(options, other.Options));
}
