namespace EndpointMtls.AspNetCore;

/// <summary>What the authentication of verified clients is called.</summary>
public static class EndpointMtlsAuthenticationDefaults
{
    /// <summary>The name of the scheme, the type of its identities, and the issuer of their claims.</summary>
    public const string AuthenticationScheme = "EndpointMtls";
}
