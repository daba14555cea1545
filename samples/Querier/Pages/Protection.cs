using System.Security.Authentication;
using EndpointMtls;

namespace Querier.Pages;

/// <summary>The protection of an endpoint as a short text.</summary>
internal static class Protection
{
    public static string Of(EndpointDescription description) => description switch
    {
        { IsPlaintext: true } => "Plaintext",
        { InsecureSkipVerify: true } => "TLS, server not verified",
        { AllowWeakCertificates: true } => "TLS, weak certificates accepted",
        { LastConnection.Tls: { LocalSubject: null } tls } => Version(tls.Protocol),
        { LastConnection.Tls: { } tls } => $"mTLS · {Version(tls.Protocol)}",
        _ => "TLS, no connection yet",
    };

    private static string Version(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        _ => protocol.ToString(),
    };
}
