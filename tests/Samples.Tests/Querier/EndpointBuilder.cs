using EndpointMtls;
using Grpc.Net.Client;
using Querier.Stores;
using Thanos.Api;

namespace Samples.Tests.Querier;

/// <summary>Builds endpoints as the set shows them, with a channel without calls.</summary>
internal sealed class EndpointBuilder : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress("http://127.0.0.1:1");

    public GrpcEndpoint Up(params string[] clusters) => Unknown() with
    {
        Health = EndpointHealth.Healthy,
        LastCheck = Now.AddSeconds(-2),
        LastSuccess = Now.AddSeconds(-2),
        ProbeResult = new Announcement(new InfoResponse { ComponentType = "Sidecar", Store = new StoreInfo { MinTime = 100, MaxTime = 200 }, LabelSets = { clusters.Select(Cluster) } }),
    };

    public GrpcEndpoint Down(bool isStrict = false) => Up("eu") with
    {
        IsStrict = isStrict,
        Health = EndpointHealth.Unhealthy,
        LastSuccess = Now.AddSeconds(-40),
        LastError = "Nothing listens there. Check that it runs.",
        LastErrorReason = ConnectionFailureReason.Refused,
    };

    public GrpcEndpoint Unknown() => new() { Address = "127.0.0.1:1", Realm = "eu", Source = "endpoints", Channel = _channel };

    public void Dispose() => _channel.Dispose();

    private static LabelSet Cluster(string name) => new() { Labels = { new Label { Name = "cluster", Value = name } } };
}
