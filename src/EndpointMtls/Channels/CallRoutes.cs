using System.Collections.Immutable;

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

    public ImmutableDictionary<Authority, HandoverStep> Held { get; }

    /// <summary>The generations that take calls, each once.</summary>
    public IEnumerable<HandlerGeneration> Generations => Held.Values.Select(step => step.Generation).Append(Current).Distinct();

    public HandlerGeneration For(Uri uri) =>
        !Held.IsEmpty && Held.TryGetValue(Authority.Of(uri), out var held) ? held.Generation : Current;

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
}
