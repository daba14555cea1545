using System.Security.Claims;

namespace EndpointMtls.AspNetCore;

/// <summary>The claim types of a verified client that <see cref="ClaimTypes"/> does not define.</summary>
/// <remarks>
/// The other claims are <see cref="ClaimTypes.Name"/> (the SPIFFE ID, otherwise the subject),
/// <see cref="ClaimTypes.X500DistinguishedName"/> (the subject), <see cref="ClaimTypes.SerialNumber"/>,
/// <see cref="ClaimTypes.Thumbprint"/> (SHA-256, in hexadecimal), and one claim for each subject alternative name:
/// <see cref="ClaimTypes.Dns"/>, <see cref="ClaimTypes.Uri"/> and <see cref="ClaimTypes.Email"/>.
/// </remarks>
public static class EndpointMtlsClaimTypes
{
    /// <summary>The subject of the issuer of the client's certificate: <c>issuer</c>, as in ASP.NET Core's authentication.</summary>
    public const string Issuer = "issuer";

    /// <summary>The realm whose CA certificates verified the client.</summary>
    public const string Realm = "urn:endpoint-mtls:realm";

    /// <summary>The subject of the trust anchor: the self-signed certificate at the end of the chain.</summary>
    public const string Anchor = "urn:endpoint-mtls:anchor";

    /// <summary>The SHA-256 hash of the trust anchor, in hexadecimal.</summary>
    public const string AnchorThumbprint = "urn:endpoint-mtls:anchor-thumbprint";

    /// <summary>The SPIFFE ID, if the client has one.</summary>
    public const string SpiffeId = "urn:endpoint-mtls:spiffe-id";

    /// <summary>An IP address among the subject alternative names.</summary>
    public const string IPAddress = "urn:endpoint-mtls:ip-address";
}
