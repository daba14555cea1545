using EndpointMtls;
using Querier.Selectors;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>An endpoint of the set, seen as a store.</summary>
internal sealed record StoreEndpoint(GrpcEndpoint Endpoint)
{
    public string Address => Endpoint.Address;

    public string Realm => Endpoint.Realm;

    public Announcement Announced => Endpoint.ProbeResult as Announcement ?? Announcement.Unknown;

    public Store.StoreClient Client => new(Endpoint.Channel);

    /// <summary>Why the last probe failed, headed by its reason for those who search for it.</summary>
    public string? HeadedError => Endpoint.LastErrorReason is { } reason ? $"{reason}: {Endpoint.LastError}" : Endpoint.LastError;

    /// <summary>Whether the store can hold what is asked for, as far as it has announced.</summary>
    public bool MayHold(IReadOnlyList<Matcher> matchers, long start, long end)
    {
        var announced = Announced;
        return announced.MinTime <= end && announced.MaxTime >= start
            && (announced.LabelSets.Count == 0 || announced.LabelSets.Any(labels => matchers.All(matcher =>
                !labels.TryGetValue(matcher.Name, out var value) || matcher.Matches(value))));
    }
}
