using EndpointMtls.Serving;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>A secured server with a fake clock, for tests of when it closes connections.</summary>
public abstract class LifetimeFixture
{
    private protected const string ClosedConnections = "endpoint_mtls.server.closed_connections";

    private int _timers;
    private int _connected;

    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestCa ServerRoot { get; } = TestCa.CreateRoot("server root");

    private protected TestCa ClientRoot { get; } = TestCa.CreateRoot("client root");

    /// <summary>The first certificate of the server.</summary>
    private protected TestCertificate First { get; private set; } = null!;

    private protected ServerTlsOptions Options { get; private set; } = null!;

    private protected EchoServer Server { get; set; } = null!;

    private protected MeterRecorder Meter { get; private set; } = null!;

    // Later than the times of the files, so that changes need no quiet period.
    private protected TestTimeProvider Time { get; private set; } = null!;

    private protected RotatingCertificateProvider Certificates => ServerTls.Get(Server.Services, Options).Certificates;

    [SetUp]
    public void WriteFiles()
    {
        Folder = new TempFolder();
        Time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Meter = new MeterRecorder("server");
        First = IssueServer("first");
        _connected = 0;
        var files = Folder.WriteRealm("server", ClientRoot, First);
        Options = new ServerTlsOptions
        {
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { files.CaFile[0] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        };
    }

    [TearDown]
    public async Task StopAsync()
    {
        await (Server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Meter.Dispose();
        Folder.Dispose();
    }

    private protected Task StartAsync(Action<WebApplication>? map = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2) =>
        StartAsync(listen => listen.UseEndpointMtls(Options), services => services.AddSingleton<TimeProvider>(Time).AddEndpointMtls(), map, protocols);

    private protected async Task StartAsync(
        Action<ListenOptions> secure, Action<IServiceCollection> addServices, Action<WebApplication>? map = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        Server = await EchoServer.StartSecuredAsync(secure, addServices, map, protocols);
        _timers = Time.RunningTimers;
    }

    /// <summary>A client of EndpointMtls with its own channel.</summary>
    private protected TestServices CreateClient(TestCertificate? certificate = null)
    {
        var name = $"client-{Guid.NewGuid():N}";
        return TestServices.With(new RealmOptions { Name = name, Endpoints = { Server.Address }, TlsConfig = ClientTls(name, certificate) });
    }

    private protected TlsOptions ClientTls(string name, TestCertificate? certificate = null) =>
        Folder.WriteRealm(name, ServerRoot, certificate ?? ClientRoot.IssueClient("client"));

    private protected Echo.EchoClient EchoOf(TestServices client) => new(client.Factory.GetChannel(Server.Address));

    /// <summary>Connects, and waits until the server has scheduled the closing of the connection.</summary>
    private protected async Task<TestServices> ConnectAsync(TestCertificate? certificate = null)
    {
        var client = CreateClient(certificate);
        await CallAsync(client);
        await Scheduled(++_connected);
        return client;
    }

    /// <summary>Connects where the server has no reason yet to close the connection.</summary>
    private protected async Task<TestServices> CallOnceAsync(TestCertificate? certificate = null)
    {
        var client = CreateClient(certificate);
        await CallAsync(client);
        return client;
    }

    /// <summary>Waits until the server has scheduled the closing of this number of connections.</summary>
    /// <remarks>To be called before the clock moves: other timers could end.</remarks>
    private protected Task Scheduled(int connections) => Until(() => Time.RunningTimers - _timers == connections);

    private protected static async Task Until(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private protected async Task<EchoReply> CallAsync(TestServices client) => await EchoOf(client).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

    private protected static async Task<EchoReply> ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call, string text = "")
    {
        await call.RequestStream.WriteAsync(new EchoRequest { Text = text }).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
        return call.ResponseStream.Current;
    }

    private protected static async Task<RpcException> CatchEndAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()))!;

    private protected TestCertificate IssueServer(string name) => ServerRoot.Issue(name, ["127.0.0.1"], TestCa.ServerAuthentication);

    /// <summary>The subject of the certificate that the server presented to a client.</summary>
    private protected string SubjectFor(TestServices client) => client.Factory.Describe(Server.Address).LastConnection!.Tls!.PeerSubject;

    /// <summary>Replaces the certificate of the server.</summary>
    private protected async Task RotateAsync(TestCertificate certificate)
    {
        Folder.WriteRealm("server", ClientRoot, certificate);
        (await Certificates.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
    }

    /// <summary>Replaces the CA certificates of the clients.</summary>
    private protected async Task TrustAsync(params TestCa[] roots)
    {
        File.WriteAllText(Options.ClientCaFile[0], string.Concat(roots.Select(root => root.Pem + "\n")));
        (await Certificates.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
    }

    /// <summary>The measurements of connections that were closed for a reason.</summary>
    private protected IEnumerable<(double Value, string Tags)> ClosedBecause(string reason) =>
        Meter.Of(ClosedConnections).Where(closed => closed.Tags == $"endpoint_mtls.reason={reason}");
}
