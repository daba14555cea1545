using System.Diagnostics.Metrics;

namespace EndpointMtls.AspNetCore;

/// <summary>The part of the meter <c>EndpointMtls</c> that is Kestrel's.</summary>
internal sealed class ConnectionMeter
{
    private readonly Counter<long> _closed;

    public ConnectionMeter(IMeterFactory? factory)
    {
        var meter = factory?.Create("EndpointMtls") ?? new Meter("EndpointMtls");
        _closed = meter.CreateCounter<long>(
            "endpoint_mtls.server.closed_connections", "{connection}", "Connections whose client a server asked to connect again, and those that it cut, by reason.");
    }

    public void Closed(string realm, CloseReason reason, int count) =>
        _closed.Add(count, new("endpoint_mtls.realm", realm), new("endpoint_mtls.reason", reason.ToString()));
}
