namespace EndpointMtls;

/// <summary>What calls do after a rotation if connections with the new client certificate fail.</summary>
public enum IdentityRejectedAction
{
    /// <summary>
    /// They stay on connections with the previous client certificate, as long as that is valid. The new one is tried again.
    /// YAML: <c>keep_previous</c>.
    /// </summary>
    KeepPrevious,

    /// <summary>They use the new client certificate. YAML: <c>use_new</c>.</summary>
    UseNew,
}
