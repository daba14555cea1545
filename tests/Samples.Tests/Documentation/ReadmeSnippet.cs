using EndpointMtls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Thanos.Api;

namespace Samples.Tests.Documentation;

/// <summary>Compiles the code of README.md. <see cref="ReadmeTests"/> compares the lines.</summary>
internal static class ReadmeSnippet
{
    public static async Task<LabelNamesResponse> RunAsync(HostApplicationBuilder builder, IEndpointChannelFactory factory, LabelNamesRequest request)
    {
        builder.Services.AddEndpointMtls("endpoints.yaml");
        builder.Services.AddEndpointGrpcClient<Store.StoreClient>("thanos-1.eu.example.com:443");
        // … and for addresses that are known only at run time:
        var channel = factory.GetChannel("thanos-2.eu.example.com:443"); // IEndpointChannelFactory
        var labels = await new Store.StoreClient(channel).LabelNamesAsync(request);
        return labels;
    }
}
