using Grpc.Core;
using StoreNode.Storage;
using Thanos.Api;

namespace StoreNode.Api;

/// <summary>Says what this store is and what it holds.</summary>
internal sealed class InfoService(StoreNodeOptions options, SeriesStore store) : Info.InfoBase
{
    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        var labels = new LabelSet { Labels = { options.ExternalLabels.ToWire() } };
        var (minTime, maxTime) = (store.MinTime, long.MaxValue); // Samples still come in: there is no last one.
        return Task.FromResult(new InfoResponse
        {
            LabelSets = { labels },
            ComponentType = options.Component,
            Store = new StoreInfo
            {
                MinTime = minTime,
                MaxTime = maxTime,
                SupportsWithoutReplicaLabels = true,
                TsdbInfos = { new TSDBInfo { Labels = labels, MinTime = minTime, MaxTime = maxTime } },
            },
        });
    }
}
