using EndpointMtls;
using Querier.Selectors;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>A store: an endpoint of the set with its announcement.</summary>
internal sealed record StoreEndpoint(GrpcEndpoint Endpoint)
{
    public string Address => Endpoint.Address;

    public string Realm => Endpoint.Realm;

    public Announcement Announced => Endpoint.ProbeResult as Announcement ?? Announcement.Unknown;

    public Store.StoreClient Client => new(Endpoint.Channel);

    /// <summary>The error of the last probe, prefixed by its reason.</summary>
    public string? ErrorWithReason => Endpoint.LastErrorReason is { } reason ? $"{reason}: {Endpoint.LastError}" : Endpoint.LastError;

    /// <summary>Whether the store may have series for a query, according to its announcement.</summary>
    public bool MayMatch(IReadOnlyList<Matcher> matchers, long start, long end, CancellationToken cancellation = default)
    {
        var announced = Announced;
        return announced.MinTime <= end && announced.MaxTime >= start
            && (announced.LabelSets.Count == 0 || announced.LabelSets.Any(labels => matchers.All(matcher => MayMatch(labels, matcher, cancellation))));
    }

    private static bool MayMatch(IReadOnlyDictionary<string, string> labels, Matcher matcher, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return !labels.TryGetValue(matcher.Name, out var value) || matcher.Matches(value);
    }
}
