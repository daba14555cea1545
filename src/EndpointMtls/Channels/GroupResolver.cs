using EndpointMtls.Async;
using EndpointMtls.Discovery;
using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Reports the addresses of a group to Grpc.Net.Client.</summary>
internal sealed class GroupResolver(GroupDestination group) : Resolver
{
    private Action<ResolverResult>? _listener;

    public override void Start(Action<ResolverResult> listener)
    {
        _listener = listener;
        group.LookedUp += OnLookedUp;
        Report();
    }

    public override void Refresh()
    {
        group.Refresh();
        if (group.UnavailableReason is not null)
        {
            // A balancer with connections ignored the failure. Report it again, on another thread: the balancer is updating its state.
            ThreadPool.UnsafeQueueUserWorkItem(static resolver => BestEffort.Run(resolver.Report), this, preferLocal: false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        group.LookedUp -= OnLookedUp;
        base.Dispose(disposing);
    }

    private void OnLookedUp(bool hasChanged)
    {
        if (hasChanged)
        {
            Report();
        }
    }

    private void Report()
    {
        // Two threads may report concurrently. The one that reported an outdated result reports again.
        for (var reported = Report(group.Result); reported != group.Result; reported = Report(group.Result))
        {
        }
    }

    private LookupResult Report(LookupResult result)
    {
        if (group.UnavailableReason is { } reason)
        {
            _listener!(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, reason.Message, reason)));
        }
        else
        {
            // Without addresses, calls wait for the first lookup.
            var addresses = result.Addresses.Select(discovered => new BalancerAddress(discovered.Address.Host, discovered.Address.Port));
            _listener!(ResolverResult.ForResult([.. addresses]));
        }

        return result;
    }
}

/// <summary>Creates the resolver of one group.</summary>
internal sealed class GroupResolverFactory(GroupDestination group) : ResolverFactory
{
    public const string Scheme = "endpoint-group";

    public override string Name => Scheme;

    public override Resolver Create(ResolverOptions options) => new GroupResolver(group);
}
