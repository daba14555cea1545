using System.Net;
using EndpointMtls.Discovery;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Dialling;

/// <summary>The host name 'store.example', whose addresses the test sets.</summary>
public abstract class DiallingFixture
{
    private protected const string Host = "store.example";

    private protected static readonly IPAddress First = IPAddress.Parse("127.0.0.2");
    private protected static readonly IPAddress Second = IPAddress.Parse("127.0.0.3");

    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestCa Root { get; } = TestCa.CreateRoot("root");

    /// <summary>Looks up the host name.</summary>
    private protected Func<Task<IPAddress[]>> LookUp { get; set; } = null!;

    private protected int Lookups { get; private set; }

    [SetUp]
    public void SetUp()
    {
        Folder = new TempFolder();
        Lookups = 0;
        Resolve(First, Second);
    }

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();

    private protected void Resolve(params IPAddress[] addresses) => LookUp = () => Task.FromResult(addresses);

    private protected Task<NamedServer> ServeAsync(IPAddress address, int port = 0) =>
        NamedServer.StartAsync(address, EchoServer.CreateOptions(Root.IssueServer(Host)), port);

    private protected GrpcChannel Connect(
        int port, Action<RealmOptions>? configure = null, Action<GrpcChannelOptions>? configureChannel = null, TimeProvider? time = null)
    {
        var realm = new RealmOptions { Name = "realm", Match = { "*" }, TlsConfig = Folder.WriteRealm("realm", Root, client: null) };
        configure?.Invoke(realm);
        var services = new TestServices(services =>
        {
            services.AddSingleton(time ?? TimeProvider.System).AddEndpointMtls(options =>
            {
                options.Realms.Add(realm);
                options.ConfigureChannel = (_, channel) => configureChannel?.Invoke(channel);
            });
            services.AddSingleton<HostLookup>(host =>
            {
                Lookups++;
                return host == Host ? LookUp() : System.Net.Dns.GetHostAddressesAsync(host);
            });
        });
        Services = services;
        return services.Factory.GetChannel($"{Host}:{port}");
    }

    private protected TestServices Services { get; set; } = null!;

    private protected static Task CallAsync(GrpcChannel channel) =>
        new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
}
