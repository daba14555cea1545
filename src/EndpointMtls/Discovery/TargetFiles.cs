using System.Collections.Immutable;
using EndpointMtls.Configuration;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;
namespace EndpointMtls.Discovery;
internal sealed class TargetFiles(RealmDefinition realm, FileSdDefinition definition, TimeProvider timeProvider, ILogger logger, EndpointMeter meter, Action onChanged) : IDisposable
{
    public object X => (realm, definition, timeProvider, logger, meter, onChanged);
    public ImmutableArray<TargetFile> Current { get; } = [];
    public void Dispose() { }
}
internal sealed record TargetFile(string Path, ImmutableArray<TargetGroup> Groups, DateTimeOffset? LoadedAt, string? Error, DateTimeOffset? ErrorSince);
internal sealed record TargetGroup(ImmutableArray<EndpointTarget> Targets, IReadOnlyDictionary<string, string> Labels);
