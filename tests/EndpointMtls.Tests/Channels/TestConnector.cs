using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

internal static class TestConnector
{
    /// <summary>A connector of a plaintext realm.</summary>
    public static EndpointConnector Create(int port, LogRecorder? logs = null) => new(CreateContext(port, logs: logs));

    /// <summary>A channel of a plaintext realm, as its parts see it.</summary>
    public static ChannelContext CreateContext(int port, TimeProvider? timeProvider = null, LogRecorder? logs = null)
    {
        var address = new EndpointAddress("127.0.0.1", port);
        var definition = new RealmDefinition("plain", [], Tls: null, [new StaticTarget(address.ToString(), address, UsesTls: null)], IsStrict: false, new RealmOrigin("realms[0]"));
        return new ChannelContext(new AddressDestination(address), new Realm(definition, Rotation: null, Provider: null), timeProvider ?? TimeProvider.System, logs ?? new LogRecorder(), new EndpointMeter(null));
    }

    public static RealmHandler CreateHandler(int port, TimeProvider? timeProvider = null, LogRecorder? logs = null)
    {
        var context = CreateContext(port, timeProvider, logs);
        return new RealmHandler(context, new EndpointConnector(context));
    }
}
