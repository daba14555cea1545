using EndpointMtls;
using Querier.Selectors;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>One endpoint of the configuration: its channel, and what the health checks found.</summary>
internal sealed class StoreEndpoint(string address, IEndpointChannelFactory channels)
{
    private volatile EndpointDescription _description = channels.Describe(address);
    private volatile StoreState _state = StoreState.Unknown;

    public string Address => address;

    public string Realm => Describe().Realm;

    /// <summary>A strict endpoint is asked even while it is down, so that its absence is noticed.</summary>
    public bool IsStrict => Describe().Mode == EndpointMode.Strict;

    /// <summary>Whether it is still in the configuration.</summary>
    public bool IsClaimed => TryDescribe() is not null;

    public Info.InfoClient Info => new(channels.GetChannel(address));

    public Store.StoreClient Store => new(channels.GetChannel(address));

    public StoreState State
    {
        get => _state;
        set => _state = value;
    }

    public bool IsAsked => IsStrict || State.IsUp;

    /// <summary>Describes it now or, once it has left the configuration, as it was last.</summary>
    public EndpointDescription Describe() => TryDescribe() ?? _description;

    /// <summary>Whether the store can hold what is asked for, as far as it has announced.</summary>
    public bool MayHold(IReadOnlyList<Matcher> matchers, long start, long end)
    {
        var state = State;
        return state.MinTime <= end && state.MaxTime >= start
            && (state.LabelSets.Count == 0 || state.LabelSets.Any(labels => matchers.All(matcher =>
                !labels.TryGetValue(matcher.Name, out var value) || matcher.Matches(value))));
    }

    private EndpointDescription? TryDescribe()
    {
        try
        {
            return _description = channels.Describe(address);
        }
        catch (UnclaimedAddressException)
        {
            return null;
        }
    }
}
