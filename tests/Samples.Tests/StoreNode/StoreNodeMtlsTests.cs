using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Tests.Support;
using StoreNode;
using Thanos.Api;

namespace Samples.Tests.StoreNode;

/// <summary>mTLS where both leaf certificates have an intermediate, and both sides trust only the root.</summary>
[CancelAfter(30_000)]
internal sealed class StoreNodeMtlsTests
{
    private readonly PemFolder _pem = new();
    private readonly CertificateAuthority _root = CertificateAuthority.Root("root");
    private CertificateAuthority _servers = null!;
    private CertificateAuthority _clients = null!;
    private StoreNodeHost _node = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        (_servers, _clients) = (_root.Intermediate("servers"), _root.Intermediate("clients"));
        using var server = _servers.Server("store.test");
        _node = await StoreNodeHost.StartAsync(new StoreNodeOptions
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            Tls = new ServerTlsFlags
            {
                Certificate = _pem.WriteCertificates("tls.crt", server, _servers.Certificate),
                Key = _pem.WriteKey("tls.key", server),
                ClientCa = _pem.WriteCertificates("ca.crt", _root.Certificate),
            }.ToOptions(),
        });
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _node.DisposeAsync();
        _clients.Dispose();
        _servers.Dispose();
        _root.Dispose();
        _pem.Dispose();
    }

    [Test]
    public async Task Accepts_a_client_with_an_intermediate_certificate_on_each_new_connection(CancellationToken cancellation)
    {
        using var client = _clients.Client("querier");

        // A server with session resumption would reject the second connection.
        for (var i = 0; i < 5; i++)
            (await Ask(client, _clients, cancellation)).ComponentType.Should().Be("store");
    }

    [Test]
    public async Task Streams_series(CancellationToken cancellation)
    {
        using var client = _clients.Client("querier");
        using var channel = Connect(client, _clients);
        var request = new SeriesRequest { MaxTime = long.MaxValue, Matchers = { new LabelMatcher { Name = "__name__", Value = "up" } } };

        using var call = new Store.StoreClient(channel).Series(request, cancellationToken: cancellation);

        (await call.ResponseStream.ReadAllAsync(cancellation).ToListAsync(cancellation)).Should().ContainSingle();
    }

    [Test]
    public Task Rejects_a_client_without_a_certificate(CancellationToken cancellation) =>
        Rejects(null, _clients, cancellation);

    [Test]
    public async Task Rejects_a_client_of_another_CA(CancellationToken cancellation)
    {
        using var other = CertificateAuthority.Root("other");
        using var client = other.Client("querier");

        await Rejects(client, other, cancellation);
    }

    [Test]
    public async Task Rejects_a_server_certificate(CancellationToken cancellation)
    {
        using var client = _clients.Server("store.test");

        await Rejects(client, _clients, cancellation);
    }

    [Test]
    public async Task Rejects_plaintext(CancellationToken cancellation)
    {
        using var channel = GrpcChannel.ForAddress($"http://{_node.Address}");

        await channel.Invoking(plain => Info(plain, cancellation)).Should().ThrowAsync<RpcException>();
    }

    private async Task Rejects(X509Certificate2? client, CertificateAuthority issuer, CancellationToken cancellation)
    {
        var ask = () => Ask(client, issuer, cancellation);

        (await ask.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().BeOneOf(StatusCode.Unavailable, StatusCode.Internal);
    }

    private async Task<InfoResponse> Ask(X509Certificate2? client, CertificateAuthority issuer, CancellationToken cancellation)
    {
        using var channel = Connect(client, issuer);
        return await Info(channel, cancellation);
    }

    private static async Task<InfoResponse> Info(GrpcChannel channel, CancellationToken cancellation) =>
        await new Info.InfoClient(channel).InfoAsync(new InfoRequest(), cancellationToken: cancellation);

    /// <summary>Creates a channel with its own connections. It dials a name, because TLS sessions are cached by name.</summary>
    private GrpcChannel Connect(X509Certificate2? client, CertificateAuthority issuer) =>
        GrpcChannel.ForAddress("https://store.test", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    await socket.ConnectAsync(IPEndPoint.Parse(_node.Address), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, [issuer.Certificate], offline: true),
                    CertificateChainPolicy = new X509ChainPolicy
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        CustomTrustStore = { _root.Certificate },
                        RevocationMode = X509RevocationMode.NoCheck,
                    },
                },
            },
        });
}
