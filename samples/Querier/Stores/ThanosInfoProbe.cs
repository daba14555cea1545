using EndpointMtls;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>Probes a store by the Thanos Info API. The probe result is its announcement.</summary>
internal sealed class ThanosInfoProbe : IEndpointProbe
{
    // It is kept for each store, and shown on the page.
    private const int MaxSize = 1024 * 1024;

    public async Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        var answer = await new Info.InfoClient(endpoint.Channel).InfoAsync(new InfoRequest(), cancellationToken: cancellationToken);
        return answer.CalculateSize() <= MaxSize
            ? new Announcement(answer)
            : throw new InvalidDataException("its response to the Info API is larger than 1 MiB. Check that it is a store");
    }
}
