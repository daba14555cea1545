using Grpc.Core;
using StoreNode.Storage;
using Thanos.Api;

namespace StoreNode.Api;

/// <summary>The Thanos Info service: the labels and the time range of this store.</summary>
internal sealed class InfoService(StoreNodeOptions options, SeriesStore store) : Info.InfoBase
{
    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        var labels = new LabelSet { Labels = { options.ExternalLabels.ToWire() } };
        var (minTime, maxTime) = (store.MinTime, long.MaxValue); // The store still receives samples, so there is no maximum.
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
