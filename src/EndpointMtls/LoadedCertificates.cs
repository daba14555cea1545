namespace EndpointMtls;

/// <summary>The certificates that a realm presents and trusts at one moment, and the files that they come from.</summary>
public sealed record LoadedCertificates
{
    /// <summary>The name of the realm.</summary>
    public required string Realm { get; init; }

    /// <summary>The generation. It is 1 at start, and grows by one with each change of what is presented or trusted.</summary>
    public required int Generation { get; init; }

    /// <summary>When this generation began, in UTC.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>When the files were last checked for changes, in UTC.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>The certificate that the realm presents, as a client or as a server; <see langword="null"/> if it has none.</summary>
    public CertificateDescription? ClientCertificate { get; init; }

    /// <summary>The intermediate certificates that are sent with it.</summary>
    public required IReadOnlyList<CertificateDescription> Intermediates { get; init; }

    /// <summary>
    /// A pending certificate: the files contain it, and it is presented as soon as it is valid. <see langword="null"/> if there is none.
    /// </summary>
    public CertificateDescription? NextClientCertificate { get; init; }

    /// <summary>Whether certificates of servers are not verified: see <see cref="TlsOptions.InsecureSkipVerify"/>.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Whether weak certificates are accepted: see <see cref="TlsOptions.AllowWeakCertificates"/>.</summary>
    public bool AllowWeakCertificates { get; init; }

    /// <summary>Whether the trust store of the system is used for servers: see <see cref="TlsOptions.UseSystemRoots"/>.</summary>
    public bool UseSystemRoots { get; init; }

    /// <summary>
    /// The trust anchors of the realm: its self-signed CA certificates. Includes removed ones that are still trusted: see
    /// <see cref="CertificateDescription.TrustedUntil"/>.
    /// </summary>
    public required IReadOnlyList<CertificateDescription> Anchors { get; init; }

    /// <summary>The certificate revocation lists (CRLs): see <see cref="TlsOptions.CrlFile"/>. Of one CA, the newest is first.</summary>
    public IReadOnlyList<RevocationListDescription> RevocationLists { get; init; } = [];

    /// <summary>The files, as they were when they were last loaded successfully.</summary>
    public required IReadOnlyList<CertificateFile> Files { get; init; }

    /// <summary>Why the current content of the files was rejected; <see langword="null"/> if it is in use.</summary>
    public string? LastError { get; init; }

    /// <summary>When <see cref="LastError"/> was detected, in UTC.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }
}
