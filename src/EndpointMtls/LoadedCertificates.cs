namespace EndpointMtls;

/// <summary>What a realm presents and trusts at one moment, and where that comes from.</summary>
public sealed record LoadedCertificates
{
    /// <summary>The name of the realm.</summary>
    public required string Realm { get; init; }

    /// <summary>Counts what has been in use since the start, from 1: it grows with every change to what is presented or trusted.</summary>
    public required int Generation { get; init; }

    /// <summary>When this generation came into use.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>When the files were last looked at.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>The certificate we present; <see langword="null"/> if the realm has none.</summary>
    public CertificateDescription? ClientCertificate { get; init; }

    /// <summary>The intermediates we send with it.</summary>
    public required IReadOnlyList<CertificateDescription> Intermediates { get; init; }

    /// <summary>A certificate in the files that is not valid yet, and takes over when it is; <see langword="null"/> if there is none.</summary>
    public CertificateDescription? NextClientCertificate { get; init; }

    /// <summary>Whether any certificate of a server is accepted, because the realm says <c>insecure_skip_verify</c>.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Whether the certificate authorities of the system vouch for servers, because the realm says <c>use_system_roots</c>.</summary>
    public bool UseSystemRoots { get; init; }

    /// <summary>The self-signed certificate authorities of the realm that we trust, also those on notice.</summary>
    public required IReadOnlyList<CertificateDescription> Anchors { get; init; }

    /// <summary>The files this comes from, as they were when they were last found in order.</summary>
    public required IReadOnlyList<CertificateFile> Files { get; init; }

    /// <summary>Why the files, as they are now, could not be taken over; <see langword="null"/> if they were.</summary>
    public string? LastError { get; init; }

    /// <summary>When <see cref="LastError"/> was found.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }
}
