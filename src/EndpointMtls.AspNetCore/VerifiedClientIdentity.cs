using System.Security.Claims;

namespace EndpointMtls.AspNetCore;

/// <summary>The identity of a verified client. Its type proves its origin: no other scheme creates one, whatever its claims are.</summary>
internal sealed class VerifiedClientIdentity : ClaimsIdentity
{
    public VerifiedClientIdentity(VerifiedClient client, IEnumerable<Claim> claims)
        : base(claims, EndpointMtlsAuthenticationDefaults.AuthenticationScheme) => Client = client;

    private VerifiedClientIdentity(VerifiedClientIdentity other)
        : base(other) => Client = other.Client;

    public VerifiedClient Client { get; }

    // Claims transformations work on a copy, which must keep the type.
    public override ClaimsIdentity Clone() => new VerifiedClientIdentity(this);
}
