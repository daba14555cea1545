using System.Security.Claims;

namespace EndpointMtls.AspNetCore;

/// <summary>The claims of a verified client. They are created once for each connection, at the first request that needs them.</summary>
internal sealed class ClientClaims(VerifiedClient client)
{
    private readonly Lazy<Claim[]> _claims = new(() => [.. ClaimsOf(client)]);

    public VerifiedClient Client => client;

    /// <summary>Creates the user of one request, with claims of its own: requests run concurrently, and each may change its user.</summary>
    public ClaimsPrincipal CreateUser() => new(new VerifiedClientIdentity(client, _claims.Value));

    private static IEnumerable<Claim> ClaimsOf(VerifiedClient client)
    {
        (string Type, string Value)[] claims =
        [
            (ClaimTypes.Name, client.SpiffeId ?? client.Subject),
            (ClaimTypes.X500DistinguishedName, client.Subject),
            (EndpointMtlsClaimTypes.Issuer, client.Issuer),
            (ClaimTypes.SerialNumber, client.SerialNumber),
            (ClaimTypes.Thumbprint, client.Thumbprint),
            (EndpointMtlsClaimTypes.Realm, client.Realm),
            (EndpointMtlsClaimTypes.Anchor, client.Anchor),
            (EndpointMtlsClaimTypes.AnchorThumbprint, client.AnchorThumbprint),
            .. new[] { client.SpiffeId }.OfType<string>().Select(id => (EndpointMtlsClaimTypes.SpiffeId, id)),
            .. client.DnsNames.Select(name => (ClaimTypes.Dns, name)),
            .. client.Uris.Select(uri => (ClaimTypes.Uri, uri)),
            .. client.IPAddresses.Select(address => (EndpointMtlsClaimTypes.IPAddress, address.ToString())),
            .. client.EmailAddresses.Select(address => (ClaimTypes.Email, address)),
        ];
        return claims.Select(claim =>
            new Claim(claim.Type, claim.Value, ClaimValueTypes.String, EndpointMtlsAuthenticationDefaults.AuthenticationScheme));
    }
}
