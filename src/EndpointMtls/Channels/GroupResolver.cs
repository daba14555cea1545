using EndpointMtls.Async;
using EndpointMtls.Discovery;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

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

    public override void Refresh()
    {
        group.Refresh();
        if (group.UnavailableReason is not null)
        {
            // A balancer that had connections has not listened. Not here: it is in the middle of a change.
            ThreadPool.UnsafeQueueUserWorkItem(static resolver => BestEffort.Run(resolver.Tell), this, preferLocal: false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        group.Changed -= Tell;
        base.Dispose(disposing);
    }

    private void Tell()
    {
        // Two may tell at once; whoever is overtaken tells again.
        for (var told = Tell(group.State); told != group.State; told = Tell(group.State))
        {
        }
    }

    private LookupState Tell(LookupState state)
    {
        if (group.UnavailableReason is { } refusal)
        {
            _listener!(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, refusal.Message, refusal)));
        }
        else if (state.Addresses.Length > 0)
        {
            _listener!(ResolverResult.ForResult([.. state.Addresses.Select(found => new BalancerAddress(found.Address.Host, found.Address.Port))], group.Balancing, Status.DefaultSuccess));
        }
        else
        {
            var waiting = new ServiceConfig { LoadBalancingConfigs = { new LoadBalancingConfig(PendingResolutionBalancer.Policy) } };
            _listener!(ResolverResult.ForResult([], waiting, Status.DefaultSuccess));
        }

        return state;
    }
}

/// <summary>Makes the resolver of one group.</summary>
internal sealed class GroupResolverFactory(GroupDestination group) : ResolverFactory
{
    public const string Scheme = "endpoint-group";

    public override string Name => Scheme;

    public override Resolver Create(ResolverOptions options) => new GroupResolver(group);
}
