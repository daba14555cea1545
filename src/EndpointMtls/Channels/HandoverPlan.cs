namespace EndpointMtls.Channels;

/// <summary>Which generation takes the calls next, and where its connections are tried before.</summary>
/// <param name="Current">The current generation.</param>
/// <param name="Next">The next one; the same if only addresses that are held back remain.</param>
/// <param name="Steps">The addresses.</param>
internal sealed record HandoverPlan(HandlerGeneration Current, HandlerGeneration Next, IReadOnlyList<HandoverStep> Steps);

/// <summary>One address of a handover.</summary>
internal sealed class HandoverStep
{
    private volatile HandlerGeneration _generation;

    /// <param name="generation">The generation that takes the calls to the address.</param>
    /// <param name="connection">An open connection of it.</param>
    public HandoverStep(HandlerGeneration generation, TransportStream connection) =>
        (_generation, Authority, Origin) = (generation, connection.Authority, connection.Origin!);

    /// <summary>The generation that takes the calls to the address until its connections with the new certificates work.</summary>
    public HandlerGeneration Generation
    {
        get => _generation;
        set => _generation = value;
    }

    public Authority Authority { get; }

    public ConnectionOrigin Origin { get; set; }
}
