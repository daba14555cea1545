using EndpointMtls;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>Asks a store, in the words of Thanos, what it is and what it holds.</summary>
internal sealed class ThanosInfoProbe : IEndpointProbe
{
    public async Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken) =>
        new Announcement(await new Info.InfoClient(endpoint.Channel).InfoAsync(new InfoRequest(), cancellationToken: cancellationToken));
}
