namespace EndpointMtls.Trust;

/// <summary>Why a client is not let in: the tag of the metric.</summary>
internal enum ClientRefusalReason
{
    CertificateMissing,
    UntrustedRoot,
    Expired,
    NotYetValid,
    EkuMismatch,
    InvalidChain,
    SanNotAllowed,
}
