using EndpointMtls.Serving;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>A secured server whose connections are counted, on a clock that is moved by hand.</summary>
public abstract class LifetimeFixture
{
    private protected const string Closed = "endpoint_mtls.server.closed_connections";

    private int _timers;
    private int _connected;

    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestCa ServerRoot { get; } = TestCa.CreateRoot("server root");

    private protected TestCa ClientRoot { get; } = TestCa.CreateRoot("client root");

    /// <summary>What the server presents at first.</summary>
    private protected TestCertificate First { get; private set; } = null!;

    private protected ServerTlsOptions Options { get; private set; } = null!;

    private protected SecuredServer Server { get; set; } = null!;

    private protected MeterRecorder Meter { get; private set; } = null!;

    private protected ConnectionCount Connections { get; private set; } = null!;

    // Ahead of the files, so that none of them needs to settle.
    private protected TestTimeProvider Time { get; private set; } = null!;

    private protected RotatingCertificateProvider Certificates => ServerTls.Get(Server.Services, Options).Certificates;

    [SetUp]
    public void WriteFiles()
    {
        Folder = new TempFolder();
        Time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Connections = new ConnectionCount();
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
        Server = await SecuredServer.StartAsync(listen => secure(Connections.Count(listen)), addServices, map, protocols);
        _timers = Time.RunningTimers;
    }

    /// <summary>A client of ours with a channel of its own.</summary>
    private protected TestServices CreateClient(TestCertificate? certificate = null)
    {
        var name = $"client-{Guid.NewGuid():N}";
        return TestServices.With(new RealmOptions { Name = name, Endpoints = { Server.Address }, TlsConfig = ClientTls(name, certificate) });
    }

    private protected TlsOptions ClientTls(string name, TestCertificate? certificate = null) =>
        Folder.WriteRealm(name, ServerRoot, certificate ?? ClientRoot.IssueClient("client"));

    private protected Echo.EchoClient EchoOf(TestServices client) => new(client.Factory.GetChannel(Server.Address));

    /// <summary>Connects, and waits until the server measures the life of the connection.</summary>
    private protected async Task<TestServices> ConnectAsync(TestCertificate? certificate = null)
    {
        var client = CreateClient(certificate);
        await CallAsync(client);
        await Followed(++_connected);
        return client;
    }

    /// <summary>Connects where the life of a connection has no limit yet.</summary>
    private protected async Task<TestServices> CallOnceAsync(TestCertificate? certificate = null)
    {
        var client = CreateClient(certificate);
        await CallAsync(client);
        return client;
    }

    /// <summary>Waits until so many connections have a timer. Only while the clock stands where it stood at the start.</summary>
    private protected Task Followed(int connections) => Until(() => Time.RunningTimers - _timers == connections);

    private protected static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
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

    /// <summary>What the server presented to a client.</summary>
    private protected string SubjectFor(TestServices client) => client.Factory.Describe(Server.Address).LastConnection!.Tls!.PeerSubject;

    /// <summary>Has the server present another certificate from now on.</summary>
    private protected async Task RotateAsync(TestCertificate certificate)
    {
        Folder.WriteRealm("server", ClientRoot, certificate);
        (await Certificates.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
    }

    /// <summary>Has the server let in only whom these vouch for.</summary>
    private protected async Task TrustAsync(params TestCa[] roots)
    {
        File.WriteAllText(Options.ClientCaFile[0], string.Concat(roots.Select(root => root.Pem + "\n")));
        (await Certificates.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
    }

    private protected IEnumerable<(double Value, string Tags)> ClosedBecause(string reason) =>
        Meter.Of(Closed).Where(closed => closed.Tags == $"endpoint_mtls.reason={reason}");
}
