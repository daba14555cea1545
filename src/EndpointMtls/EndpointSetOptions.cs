namespace EndpointMtls;

/// <summary>How endpoints are looked up and probed. Read once, when the set begins.</summary>
public sealed class EndpointSetOptions
{
    /// <summary>How often each endpoint is probed, give or take a tenth.</summary>
    /// <value>Defaults to 5 seconds; from 100 milliseconds to 1 hour.</value>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a probe may take.</summary>
    /// <value>Defaults to 5 seconds; from 10 milliseconds to 1 hour.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many probes may run at once. The others wait, and their time does not begin before.</summary>
    /// <value>Defaults to 500.</value>
    public int MaxParallelProbes { get; set; } = 500;

    /// <summary>How long after its last success an endpoint that is not strict stays in the set while it fails.</summary>
    /// <value>Defaults to 5 minutes; from 1 second to 24 hours.</value>
    public TimeSpan UnhealthyTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often names are looked up.</summary>
    /// <value>Defaults to 30 seconds; from 1 second to 24 hours.</value>
    public TimeSpan DnsInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the lookup of one name may take, with all that it leads to.</summary>
    /// <value>Defaults to 10 seconds; from 10 milliseconds to 5 minutes.</value>
    public TimeSpan DnsTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The DNS servers to ask, as <c>10.0.0.53</c>, <c>10.0.0.53:5353</c> or <c>[2001:db8::53]:53</c>, instead of those of the system. The port is 53 unless one is given. Does not count where an <see cref="IDnsResolver"/> is registered.</summary>
    /// <value>Defaults to none: SRV records are asked of the servers in <c>/etc/resolv.conf</c>, addresses of the system's resolver.</value>
    public IList<string> NameServers { get; } = [];

    /// <summary>When the set counts as ready.</summary>
    /// <value>Defaults to <see cref="ReadinessPolicy.AllStrict"/>.</value>
    public ReadinessPolicy Readiness { get; set; }
}
