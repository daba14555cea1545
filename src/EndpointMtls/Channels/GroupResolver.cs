using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Tells Grpc.Net.Client the addresses of a group whenever they change.</summary>
internal sealed class GroupResolver(GroupDestination group) : Resolver
{
    private Action<ResolverResult>? _listener;

    public override void Start(Action<ResolverResult> listener)
    {
        _listener = listener;
        group.Changed += Tell;
        Tell();
    }

    public override void Refresh() => group.Hurry();

    protected override void Dispose(bool disposing)
    {
        group.Changed -= Tell;
        base.Dispose(disposing);
    }

    private void Tell()
    {
        var state = group.State;
        if (state.Addresses.Length > 0)
        {
            _listener!(ResolverResult.ForResult([.. state.Addresses.Select(found => new BalancerAddress(found.Address.Host, found.Address.Port))]));
        }
        else if (state.HasLooked)
        {
            // Until then, calls wait.
            var failure = group.ExplainNothing();
            _listener!(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, failure.Message, failure)));
        }
    }
}

/// <summary>Makes the resolver of one group.</summary>
internal sealed class GroupResolverFactory(GroupDestination group) : ResolverFactory
{
    public const string Scheme = "endpoint-group";

    public override string Name => Scheme;

    public override Resolver Create(ResolverOptions options) => new GroupResolver(group);
}
