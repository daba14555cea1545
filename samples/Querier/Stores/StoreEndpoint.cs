using EndpointMtls;
using Grpc.Net.Client;
using Querier.Selectors;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>One endpoint of the configuration: its channel, and what the health checks found.</summary>
internal sealed class StoreEndpoint
{
    private readonly IEndpointChannelFactory _channels;
    private volatile StoreState _state = StoreState.Unknown;

    public StoreEndpoint(string address, IEndpointChannelFactory channels)
    {
        _channels = channels;
        Address = address;
        Realm = Describe().Realm;
        IsStrict = Describe().Mode == EndpointMode.Strict;
        GrpcChannel channel = channels.GetChannel(address);
        Info = new Info.InfoClient(channel);
        Store = new Store.StoreClient(channel);
    }

    public string Address { get; }

    public string Realm { get; }

    /// <summary>A strict endpoint is asked even while it is down, so that its absence is noticed.</summary>
    public bool IsStrict { get; }

    public Info.InfoClient Info { get; }

    public Store.StoreClient Store { get; }

    public StoreState State
    {
        get => _state;
        set => _state = value;
    }

    public bool IsAsked => IsStrict || State.IsUp;

    public EndpointDescription Describe() => _channels.Describe(Address);

    /// <summary>Whether the store can hold what is asked for, as far as it has announced.</summary>
    public bool MayHold(IReadOnlyList<Matcher> matchers, long start, long end)
    {
        var state = State;
        return state.MinTime <= end && state.MaxTime >= start
            && (state.LabelSets.Count == 0 || state.LabelSets.Any(labels => matchers.All(matcher =>
                !labels.TryGetValue(matcher.Name, out var value) || matcher.Matches(value))));
    }
}
