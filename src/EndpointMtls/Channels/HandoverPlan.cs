using EndpointMtls.Addressing;

namespace EndpointMtls.Channels;

/// <summary>Which generation takes the calls next, and where its connections are tried before.</summary>
/// <param name="Routes">Which generations take the calls now.</param>
/// <param name="Next">The next one; the current one if only addresses that are held back remain.</param>
/// <param name="Steps">The addresses.</param>
internal sealed record HandoverPlan(CallRoutes Routes, HandlerGeneration Next, IReadOnlyList<HandoverStep> Steps);

/// <summary>One address of a handover.</summary>
internal sealed class HandoverStep
{
    private volatile HandlerGeneration _generation;

    /// <param name="generation">The generation that takes the calls to the address.</param>
    /// <param name="origin">The way that requests to the address take.</param>
    public HandoverStep(HandlerGeneration generation, ConnectionOrigin origin) => (_generation, Origin) = (generation, origin);

    /// <summary>The generation that takes the calls to the address until its connections with the new certificates work.</summary>
    public HandlerGeneration Generation
    {
        get => _generation;
        set => _generation = value;
    }

    public EndpointAddress Authority => Origin.Authority;

    /// <summary>Why the connections with the new certificates fail; <see langword="null"/> if they do not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>When the client certificate that the address sees meanwhile expires; <see langword="null"/> if there is none.</summary>
    public DateTimeOffset? Expiry => Generation.Pinned?.Material.Identity?.NotAfter;

    /// <summary>The way that requests to the address take.</summary>
    public ConnectionOrigin Origin { get; private set; }

    /// <summary>Finds another way if the balancer has replaced the subchannel.</summary>
    /// <returns>Whether there is a way.</returns>
    public bool FindWay()
    {
        if (Origin.IsGone)
        {
            Origin = Generation.GetConnections().Select(connection => connection.Origin!)
                .FirstOrDefault(origin => origin.Authority == Authority && !origin.IsGone, Origin);
        }

        return !Origin.IsGone;
    }
}
