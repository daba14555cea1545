using System.Collections.Immutable;
using EndpointMtls.Addressing;

namespace EndpointMtls.Channels;

/// <summary>Which generation takes the calls to which address. A call reads one instance, so it sees no change half done.</summary>
internal sealed class CallRoutes
{
    private volatile HandlerGeneration _current;

    /// <param name="current">Takes the calls to all other addresses.</param>
    /// <param name="held">
    /// The addresses whose calls stay on an earlier generation, because connections of the current one fail there.
    /// </param>
    public CallRoutes(HandlerGeneration current, IEnumerable<HandoverStep>? held = null) =>
        (_current, Held) = (current, (held ?? []).ToImmutableDictionary(step => step.Authority));

    public HandlerGeneration Current => _current;

    public ImmutableDictionary<EndpointAddress, HandoverStep> Held { get; }

    /// <summary>The generations that take calls, each once.</summary>
    public IEnumerable<HandlerGeneration> Generations => Held.Values.Select(step => step.Generation).Append(Current).Distinct();

    public HandlerGeneration For(Uri uri) =>
        !Held.IsEmpty && Held.TryGetValue(new(uri.IdnHost, uri.Port), out var held) ? held.Generation : Current;

    /// <summary>Lets another generation take all calls of one.</summary>
    public void Replace(HandlerGeneration generation, HandlerGeneration next)
    {
        foreach (var step in Held.Values.Where(step => step.Generation == generation))
        {
            step.Generation = next;
        }

        if (Current == generation)
        {
            _current = next;
        }
    }

    /// <summary>Lets new connections present what the open ones of their generation present, if that is no longer in use.</summary>
    public void Pin(EndpointConnector connector) => Generations.ToList().ForEach(generation => generation.Pin(connector.IsOutdated));

    /// <summary>Lets generations without outdated connections present what is in use.</summary>
    public void Unpin(EndpointConnector connector) =>
        Generations.Where(generation => !connector.HasOutdated(generation)).ToList().ForEach(generation => generation.Unpin());

    /// <summary>Whether calls must leave connections at once. Generations that are held may have no open connection.</summary>
    public bool AreUnderOtherRules(EndpointConnector connector) =>
        Generations.SelectMany(generation => generation.GetConnections())
            .Any(connection => connector.IsOutdated(connection) && connector.IsUnderOtherRules(connection))
        || Held.Values.Any(step => step.Generation.Pinned is { } pinned && connector.IsUnderOtherRules(pinned.Provider, pinned.Material));

    /// <summary>The addresses to which calls have not moved: those that are held back, and those with outdated connections.</summary>
    /// <param name="connector">Knows which connections are outdated.</param>
    /// <param name="isGroup">
    /// Whether an address without a subchannel is no longer used. The subchannel of a host is replaced whenever its last connection closes.
    /// </param>
    public List<HandoverStep> PlanSteps(EndpointConnector connector, bool isGroup)
    {
        var outdated = from connection in Current.GetConnections()
                       let origin = connection.Origin!
                       where connection.IsAccepted && connector.IsOutdated(connection) && !Held.ContainsKey(origin.Authority)
                       let isGone = origin.IsGone
                       where !isGone || !isGroup
                       orderby isGone
                       select new HandoverStep(Current, origin);
        return [.. Held.Values.Where(step => step.FindWay() || !isGroup), .. outdated.DistinctBy(step => step.Authority)];
    }
}
