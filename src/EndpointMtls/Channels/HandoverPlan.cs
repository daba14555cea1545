using Grpc.Core;

namespace EndpointMtls.Channels;

/// <summary>Which generation takes the calls next, and where its connections are tried before.</summary>
/// <param name="Routes">Which generations take the calls now.</param>
/// <param name="Next">The next one; the current one if only addresses that are held back remain.</param>
/// <param name="Steps">The addresses.</param>
internal sealed record HandoverPlan(CallRoutes Routes, HandlerGeneration Next, IReadOnlyList<HandoverStep> Steps);

/// <summary>One address of a handover.</summary>
internal sealed class HandoverStep : IDisposable
{
    private readonly IDisposable? _observing;
    private volatile HandlerGeneration _generation;
    private volatile bool _isGone;

    /// <param name="generation">The generation that takes the calls to the address.</param>
    /// <param name="connection">An open connection of it.</param>
    public HandoverStep(HandlerGeneration generation, TransportStream connection)
    {
        (_generation, Authority, Origin) = (generation, connection.Authority, connection.Origin!);
        _observing = Origin.Subchannel?.OnStateChanged(state => _isGone |= state.State == ConnectivityState.Shutdown);
    }

    /// <summary>The generation that takes the calls to the address until its connections with the new certificates work.</summary>
    public HandlerGeneration Generation
    {
        get => _generation;
        set => _generation = value;
    }

    public Authority Authority { get; }

    public ConnectionOrigin Origin { get; }

    /// <summary>Whether the channel does not use the address any more.</summary>
    public bool IsGone => _isGone;

    public void Dispose() => _observing?.Dispose();
}
