namespace EndpointMtls;

/// <summary>Whether an endpoint stays in use while it fails.</summary>
public enum EndpointMode
{
    /// <summary>The endpoint is used while it is healthy. YAML: no <c>mode</c>, or <c>""</c>.</summary>
    NonStrict,

    /// <summary>The endpoint is always used, so that its absence is noticed. YAML: <c>strict</c>.</summary>
    Strict,
}
