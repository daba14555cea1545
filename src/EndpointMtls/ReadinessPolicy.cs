namespace EndpointMtls;

/// <summary>When a set of endpoints becomes ready. Once it is ready, it stays ready, whatever fails later.</summary>
public enum ReadinessPolicy
{
    /// <summary>
    /// All names have been looked up, all endpoints have been probed once, and all strict endpoints are healthy. A name of a strict group
    /// without addresses, or a set that is empty because sources fail, is not ready.
    /// </summary>
    AllStrict,

    /// <summary>At least one endpoint is healthy.</summary>
    Any,

    /// <summary>Each realm that lists or discovers endpoints has at least one healthy endpoint.</summary>
    AnyPerRealm,
}
