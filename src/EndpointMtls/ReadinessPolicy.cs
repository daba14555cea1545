namespace EndpointMtls;

/// <summary>When a set of endpoints is ready to be used. Once it is, it stays so: what fails later should not take whoever asks the others out of service.</summary>
public enum ReadinessPolicy
{
    /// <summary>
    /// When every name has been looked up and every endpoint been probed once, and every strict endpoint is healthy.
    /// Text: <c>all_strict</c>.
    /// </summary>
    AllStrict,

    /// <summary>As soon as one endpoint is healthy. Text: <c>any</c>.</summary>
    Any,

    /// <summary>As soon as each realm that lists or discovers endpoints has a healthy one. Text: <c>any_per_realm</c>.</summary>
    AnyPerRealm,
}
