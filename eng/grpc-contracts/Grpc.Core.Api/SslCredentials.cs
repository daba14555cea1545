namespace Grpc.Core;

/// <summary>TLS for a channel.</summary>
public sealed class SslCredentials : ChannelCredentials
{
    private readonly VerifyPeerCallback? _verifyPeerCallback;

    /// <summary>Creates credentials with default settings.</summary>
    public SslCredentials() : this(null, null, null)
    {
    }

    /// <summary>Creates credentials with trusted authorities in PEM.</summary>
    public SslCredentials(string rootCertificates) : this(rootCertificates, null, null)
    {
    }

    /// <summary>Creates credentials with trusted authorities and a client certificate, all in PEM.</summary>
    public SslCredentials(string rootCertificates, KeyCertificatePair keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null)
    {
    }

    /// <summary>Creates credentials with a check of the server of its own.</summary>
    public SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    {
        RootCertificates = rootCertificates;
        KeyCertificatePair = keyCertificatePair;
        _verifyPeerCallback = verifyPeerCallback;
    }

    /// <summary>The trusted authorities in PEM, or none.</summary>
    public string? RootCertificates { get; }

    /// <summary>The client certificate and its key, or none.</summary>
    public KeyCertificatePair? KeyCertificatePair { get; }

    /// <summary>Tells a configurator what these credentials are; for channels, not for users.</summary>
    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object state) =>
        configurator.SetSslCredentials(state, RootCertificates, KeyCertificatePair, _verifyPeerCallback);
}
