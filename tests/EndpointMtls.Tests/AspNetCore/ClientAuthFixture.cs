using EndpointMtls.Tests.Support;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>A server named "gate" with its own files, and HTTP and gRPC clients with TLS.</summary>
internal sealed class ClientAuthFixture : IAsyncDisposable
{
    public const string Pod = "spiffe://prod.example/ns/querier";

    private readonly TempFolder _folder = new();
    private readonly List<IAsyncDisposable> _clients = [];
    private EchoServer _server = null!;
    private int _count;

    public TestCa CaCertificate { get; } = TestCa.CreateRoot("eu");

    /// <summary>A client certificate with a SPIFFE ID and a name of every other kind.</summary>
    public TestCertificate Querier => CaCertificate.IssueClient("querier", Pod, "querier.example.com", "10.1.2.3", "ops@example.com");

    public static async Task<ClientAuthFixture> StartAsync(
        ClientAuthType clientAuthType, Action<WebApplication>? map = null, Action<IServiceCollection>? addServices = null)
    {
        var fixture = new ClientAuthFixture();
        var files = fixture._folder.WriteRealm("gate", fixture.CaCertificate, fixture.CaCertificate.IssueServer("127.0.0.1"));
        var options = new ServerTlsOptions { Name = "gate", CertFile = files.CertFile, KeyFile = files.KeyFile, ClientAuthType = clientAuthType };
        if (clientAuthType is ClientAuthType.VerifyClientCertIfGiven or ClientAuthType.RequireAndVerifyClientCert)
        {
            options.ClientCaFile.Add(files.CaFile[0]);
        }

        fixture._server = await EchoServer.StartSecuredAsync(
            listen => listen.UseEndpointMtls(options),
            services =>
            {
                services.AddEndpointMtls();
                services.AddAuthentication().AddEndpointMtls();
                services.AddAuthorization();
                addServices?.Invoke(services);
            },
            map);
        return fixture;
    }

    public IServiceProvider Services => _server.Services;

    /// <summary>Creates a client that keeps its connection open, with or without a certificate.</summary>
    public HttpClient CreateClient(TestCertificate? certificate, Version? version = null) => new(new SocketsHttpHandler
    {
        SslOptions = ClientOf(certificate).Get<RotatingCertificateProvider>("client").CreateClientOptions("127.0.0.1"),
    })
    {
        BaseAddress = new Uri($"https://{_server.Address}"),
        DefaultRequestVersion = version ?? System.Net.HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public GrpcChannel CreateChannel(TestCertificate? certificate) => ClientOf(certificate).Factory.GetChannel(_server.Address);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private TestServices ClientOf(TestCertificate? certificate)
    {
        var files = _folder.WriteRealm($"client-{_count++}", CaCertificate, certificate);
        var client = TestServices.With(new RealmOptions { Name = "client", Endpoints = { _server.Address }, TlsConfig = files });
        _clients.Add(client);
        return client;
    }
}
