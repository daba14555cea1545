using System.Security.Claims;

namespace EndpointMtls.AspNetCore;

/// <summary>The identity of a verified client. Known by its type: whatever a token claims, no other scheme makes one.</summary>
internal sealed class VerifiedClientIdentity : ClaimsIdentity
{
    public VerifiedClientIdentity(VerifiedClient client, IEnumerable<Claim> claims)
        : base(claims, EndpointMtlsAuthenticationDefaults.AuthenticationScheme) => Client = client;

    private VerifiedClientIdentity(VerifiedClientIdentity other)
        : base(other) => Client = other.Client;

    public VerifiedClient Client { get; }

    // Whoever transforms claims works on a copy.
    public override ClaimsIdentity Clone() => new VerifiedClientIdentity(this);
}
