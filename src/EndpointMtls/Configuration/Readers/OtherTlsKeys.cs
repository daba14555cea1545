using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Keys of other programs that a <c>tls_config</c> does not have, with their fixes.</summary>
internal static class OtherTlsKeys
{
    public static readonly (string[] Keys, string Fix)[] Hints =
    [
        (["cert", "certificate", "tls_cert"], $"Use '{ConfigKeys.CertFile}'"),
        (["key", "tls_key"], $"Use '{ConfigKeys.KeyFile}'"),
        (["ca", "ca_cert", "root_ca", "tls_ca"], $"Use '{ConfigKeys.CaFile}'"),
        (["insecure"],
            $"Use '{ConfigKeys.Enabled}: false' for plaintext, or '{ConfigKeys.InsecureSkipVerify}: true' to accept any certificate"),
    ];
}
