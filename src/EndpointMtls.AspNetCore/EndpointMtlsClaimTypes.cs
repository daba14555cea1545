using System.Security.Claims;

namespace EndpointMtls.AspNetCore;

/// <summary>The types of the claims about a verified client for which <see cref="ClaimTypes"/> has none.</summary>
/// <remarks>
/// The others are <see cref="ClaimTypes.Name"/> (the SPIFFE ID, or else the subject), <see cref="ClaimTypes.X500DistinguishedName"/>
/// (the subject), <see cref="ClaimTypes.SerialNumber"/>, <see cref="ClaimTypes.Thumbprint"/> (SHA-256, in hexadecimal), and one
/// claim for each subject alternative name: <see cref="ClaimTypes.Dns"/>, <see cref="ClaimTypes.Uri"/> and <see cref="ClaimTypes.Email"/>.
/// </remarks>
public static class EndpointMtlsClaimTypes
{
    /// <summary>The subject of who issued the client's certificate: <c>issuer</c>, as ASP.NET Core's certificate authentication calls it.</summary>
    public const string Issuer = "issuer";

    /// <summary>The realm by whose authorities the client was verified.</summary>
    public const string Realm = "urn:endpoint-mtls:realm";

    /// <summary>The subject of the self-signed certificate where the chain ends.</summary>
    public const string Anchor = "urn:endpoint-mtls:anchor";

    /// <summary>The SHA-256 hash of that certificate, in hexadecimal.</summary>
    public const string AnchorThumbprint = "urn:endpoint-mtls:anchor-thumbprint";

    /// <summary>The SPIFFE ID, if the client has one.</summary>
    public const string SpiffeId = "urn:endpoint-mtls:spiffe-id";

    /// <summary>An IP address among the subject alternative names.</summary>
    public const string IPAddress = "urn:endpoint-mtls:ip-address";
}
