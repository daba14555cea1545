using EndpointMtls;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>Probes a store by the Thanos Info API. The probe result is its announcement.</summary>
internal sealed class ThanosInfoProbe : IEndpointProbe
{
    public async Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken) =>
        new Announcement(await new Info.InfoClient(endpoint.Channel).InfoAsync(new InfoRequest(), cancellationToken: cancellationToken));
}
