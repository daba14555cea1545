using System.Diagnostics.Metrics;

namespace EndpointMtls.AspNetCore;

/// <summary>The instruments of the meter <c>EndpointMtls</c> for connections to Kestrel.</summary>
internal sealed class ConnectionMeter
{
    private readonly Counter<long> _closed;

    public ConnectionMeter(IMeterFactory? factory)
    {
        var meter = factory?.Create("EndpointMtls") ?? new Meter("EndpointMtls");
        _closed = meter.CreateCounter<long>(
            "endpoint_mtls.server.closed_connections",
            "{connection}",
            "Connections whose client the server requested to reconnect, and connections that it aborted, by reason.");
    }

    public void Closed(string realm, CloseReason reason, int count) =>
        _closed.Add(count, new("endpoint_mtls.realm", realm), new("endpoint_mtls.reason", reason.ToString()));
}
