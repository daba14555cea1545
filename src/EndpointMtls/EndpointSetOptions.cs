namespace EndpointMtls;

/// <summary>Options of the endpoint set: probes, DNS lookups and readiness. They are read once, when the set starts.</summary>
public sealed class EndpointSetOptions
{
    /// <summary>
    /// How often each endpoint is probed, ±10 %. It is also the maximum time between two connection attempts of a channel.
    /// </summary>
    /// <value>Defaults to 5 seconds. From 100 milliseconds to 1 hour.</value>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The timeout of a probe.</summary>
    /// <value>Defaults to 5 seconds. From 10 milliseconds to 1 hour.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of concurrent probes. Other probes wait, and their timeout starts after the wait.</summary>
    /// <value>Defaults to 500. At least 1.</value>
    public int MaxParallelProbes { get; set; } = 500;

    /// <summary>
    /// How long after its last successful probe an unhealthy endpoint stays in the set. Does not apply to strict endpoints. The channel
    /// of a discovered endpoint stays usable for this time after the endpoint left discovery.
    /// </summary>
    /// <value>Defaults to 5 minutes. From 1 second to 24 hours.</value>
    public TimeSpan UnhealthyTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often DNS names are looked up, ±10 %.</summary>
    /// <value>Defaults to 30 seconds. From 1 second to 24 hours.</value>
    public TimeSpan DnsInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The timeout of the lookup of one name, including the addresses of its SRV targets.</summary>
    /// <value>Defaults to 10 seconds. From 10 milliseconds to 5 minutes.</value>
    public TimeSpan DnsTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The DNS servers to use in place of those of the system, for example <c>10.0.0.53</c> or <c>[2001:db8::53]:5353</c>. The default
    /// port is 53. Ignored if an <see cref="IDnsResolver"/> is registered.
    /// </summary>
    /// <value>
    /// Defaults to none: SRV records are queried from the servers in <c>/etc/resolv.conf</c> (on Windows, from those of the network
    /// interfaces), and addresses come from the resolver of the system.
    /// </value>
    public IList<string> NameServers { get; } = [];

    /// <summary>When the set becomes ready.</summary>
    /// <value>Defaults to <see cref="ReadinessPolicy.AllStrict"/>.</value>
    public ReadinessPolicy Readiness { get; set; }
}
