using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A server in realm 'eu'. The test changes the configuration and moves the clock.</summary>
public abstract class ConfigurationFixture
{
    private protected TestCa ClientRoot { get; } = TestCa.CreateRoot("client root");

    private protected TestCa ServerRoot { get; } = TestCa.CreateRoot("server root");

    private protected LiveOptions Source { get; } = new();

    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestTimeProvider Time { get; private set; } = null!;

    private protected EchoServer Server { get; private set; } = null!;

    private protected TestServices Services { get; private set; } = null!;

    [SetUp]
    public async Task StartAsync()
    {
        Folder = new TempFolder();
        Time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Server = await EchoServer.StartTlsAsync(ServerRoot.IssueServer("127.0.0.1", "store"), ClientRoot);
        Source.Set(Realm("eu"));
        Services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            Source.AddTo(services);
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Services.DisposeAsync();
        await Server.DisposeAsync();
        Folder.Dispose();
    }

    private protected GrpcChannel Channel => Services.Factory.GetChannel(Server.Address);

    private protected EndpointDescription Description => Services.Factory.Describe(Server.Address);

    private protected string Logged(int eventId) => Services.Logs.Entries.Last(entry => entry.EventId == eventId).Message;

    private protected RealmOptions Realm(string name, Action<TlsOptions>? change = null) => Realm(name, Server.Address, change);

    private protected RealmOptions Realm(string name, string address, Action<TlsOptions>? change = null)
    {
        var tls = File.Exists(Folder[$"{name}/ca.crt"])
            ? new TlsOptions { CaFile = { Folder[$"{name}/ca.crt"] }, CertFile = Folder[$"{name}/tls.crt"], KeyFile = Folder[$"{name}/tls.key"] }
            : Folder.WriteRealm(name, ServerRoot, ClientRoot.IssueClient(name));
        tls.RotationJitter = TimeSpan.Zero;
        change?.Invoke(tls);
        return new RealmOptions { Name = name, Endpoints = { address }, TlsConfig = tls };
    }

    private protected static RealmOptions Plain(string name, string address) => new() { Name = name, Endpoints = { address }, TlsConfig = new TlsOptions { Enabled = false } };

    private protected static async Task<string> CallAsync(GrpcChannel channel) =>
        (await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;

    private protected static async Task<string> ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
        return call.ResponseStream.Current.Peer;
    }
}
