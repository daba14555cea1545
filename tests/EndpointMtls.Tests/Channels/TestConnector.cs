using EndpointMtls.Channels;
using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

internal static class TestConnector
{
    /// <summary>A connector of a plaintext realm.</summary>
    public static EndpointConnector Create(int port, LogRecorder? logs = null)
    {
        var address = new EndpointAddress("127.0.0.1", port);
        var definition = new RealmDefinition("plain", [], Tls: null, [address], EndpointMode.NonStrict, new RealmOrigin("realms[0]"));
        return new EndpointConnector(address, new Realm(definition, Provider: null), TimeProvider.System, (logs ?? new LogRecorder()).For<EndpointConnector>());
    }
}
