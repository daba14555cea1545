using System.Net.Security;
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

    private protected EchoServer Server { get; private set; } = null!;

    private protected TestServices Services { get; set; } = null!;

    // Later than the times of the files, so that no quiet period applies.
    private protected TestTimeProvider Time { get; private set; } = null!;

    private protected SslServerAuthenticationOptions ServerOptions { get; set; } = null!;

    private protected RotatingCertificateProvider Provider => Services.Get<RotatingCertificateProvider>("eu");

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
        var realm = new RealmOptions { Name = "eu", Endpoints = { Server.Address }, TlsConfig = Tls };
        Array.ForEach(moreEndpoints, realm.Endpoints.Add);
        Services = new TestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            services.AddEndpointMtls(options =>
            {
                options.Realms.Add(realm);
                options.ConfigureChannel = (_, channel) => configureChannel(channel);
            });
        });
    }

    private protected async Task PresentAsync(string name)
    {
        Folder.WriteRealm("eu/new", ServerRoot, ClientRoot.IssueClient(name));
        File.Copy(Folder["eu/new/tls.crt"], Tls.CertFile!, overwrite: true);
        File.Copy(Folder["eu/new/tls.key"], Tls.KeyFile!, overwrite: true);
        await ReloadAsync();
    }

    private protected async Task TrustAsync(params TestCa[] roots)
    {
        File.WriteAllText(Tls.CaFile[0], string.Concat(roots.Select(root => root.Pem + "\n")));
        await ReloadAsync();
    }

    private protected async Task<string> CallAsync() =>
        (await Client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;

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
