using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>Creates the parts of a channel in a plaintext realm.</summary>
internal static class TestConnector
{
    public static EndpointConnector Create(int port) => new(CreateContext(port));

    public static ChannelContext CreateContext(int port)
    {
        var address = new EndpointAddress("127.0.0.1", port);
        var definition = new RealmDefinition("plain", [], Tls: null, [new StaticTarget(address.ToString(), address, UsesTls: null)], IsStrict: false, new RealmOrigin("realms[0]"));
        return new ChannelContext(new AddressDestination(address), new Realm(definition, Rotation: null, Provider: null), TimeProvider.System, new LogRecorder(), new EndpointMeter(null), new FailedRotations());
    }

    public static RealmHandler CreateHandler(int port)
    {
        var context = CreateContext(port);
        return new RealmHandler(context, new EndpointConnector(context));
    }
}
