using System.Net;
using System.Net.Security;
using EndpointMtls.Discovery;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A realm with one server. The test changes its files and moves the clock.</summary>
public abstract class RotationFixture
{
    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestCa ClientRoot { get; } = TestCa.CreateRoot("client root");

    private protected TestCa ServerRoot { get; } = TestCa.CreateRoot("server root");

    private protected TlsOptions Tls { get; private set; } = null!;

    private protected EchoServer Server { get; set; } = null!;

    private protected TestServices Services { get; set; } = null!;

    // Later than the times of the files, so that no quiet period applies.
    private protected TestTimeProvider Time { get; private set; } = null!;

    private protected SslServerAuthenticationOptions ServerOptions { get; set; } = null!;

    /// <summary>The name of the realm. A test that reads metrics needs its own.</summary>
    private protected string RealmName { get; set; } = "eu";

    private protected RotatingCertificateProvider Provider => Services.Get<RotatingCertificateProvider>(RealmName);

    private protected Echo.EchoClient Client => new(Services.Factory.GetChannel(Server.Address));

    [SetUp]
    public async Task WriteFilesAsync()
    {
        Folder = new TempFolder();
        Time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Tls = Folder.WriteRealm("eu", ServerRoot, ClientRoot.IssueClient("client-1"));
        Tls.RotationJitter = TimeSpan.Zero;
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), ClientRoot);
        Server = await EchoServer.StartTlsAsync(() => ServerOptions);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Services.DisposeAsync();
        await Server.DisposeAsync();
        Folder.Dispose();
    }

    private protected void Start(params string[] moreEndpoints) => Start(_ => { }, moreEndpoints);

    private protected void Start(Action<GrpcChannelOptions> configureChannel, params string[] moreEndpoints)
    {
        var realm = new RealmOptions { Name = RealmName, Endpoints = { Server.Address }, TlsConfig = Tls };
        Array.ForEach(moreEndpoints, realm.Endpoints.Add);
        Services = new TestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            services.AddSingleton<HostLookup>(_ => Task.FromResult(new[] { IPAddress.Loopback }));
            services.AddEndpointMtls(options =>
            {
                options.Realms.Add(realm);
                options.ConfigureChannel = (_, channel) => configureChannel(channel);
            });
            services.AddHealthChecks().AddEndpointMtls();
        });
    }

    private protected async Task PresentAsync(string name, TestCa? ca = null)
    {
        Write((ca ?? ClientRoot).IssueClient(name));
        await ReloadAsync();
    }

    private protected void Write(TestCertificate client)
    {
        Folder.WriteRealm("eu/new", ServerRoot, client);
        File.Copy(Folder["eu/new/tls.crt"], Tls.CertFile!, overwrite: true);
        File.Copy(Folder["eu/new/tls.key"], Tls.KeyFile!, overwrite: true);
    }

    private protected async Task TrustAsync(params TestCa[] roots)
    {
        File.WriteAllText(Tls.CaFile[0], string.Concat(roots.Select(root => root.Pem + "\n")));
        await ReloadAsync();
    }

    private protected async Task<string> CallAsync() =>
        (await Client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;

    /// <summary>Calls until the server sees this client certificate.</summary>
    private protected Task UntilPresents(string name) => Client.UntilPresents($"CN={name}");

    /// <summary>Waits until the channel has moved to new certificates this often.</summary>
    private protected Task UntilRotated(int count = 1) => Services.Logs.Wait(311, count).WithTimeout();

    /// <summary>Waits until no connection is draining. The server may see a close before the client.</summary>
    private protected async Task UntilDrained()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Services.Factory.Describe(Server.Address).DrainingConnections > 0)
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private protected static async Task<string> ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
        return call.ResponseStream.Current.Peer;
    }

    private protected static async Task<RpcException> CatchFailureAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()))!;

    private async Task ReloadAsync() => (await Provider.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
}
