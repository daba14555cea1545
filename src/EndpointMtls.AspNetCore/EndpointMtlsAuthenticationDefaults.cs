namespace EndpointMtls.AspNetCore;

/// <summary>Defaults of the authentication by verified client certificates.</summary>
public static class EndpointMtlsAuthenticationDefaults
{
    /// <summary>The name of the scheme, the authentication type of its identities, and the issuer of their claims.</summary>
    public const string AuthenticationScheme = "EndpointMtls";
}
