namespace EndpointMtls.Dns;

/// <summary>A lookup failed. The message contains the problem and the fix.</summary>
internal sealed class DnsException(string problem, string fix, Exception? inner = null) : Exception($"{problem}. {fix}.", inner)
{
    /// <summary>The name and the failure of each name server, without a full stop.</summary>
    public string Problem { get; } = problem;
}
