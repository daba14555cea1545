using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Serving;

/// <summary>Proxies that terminate or originate TLS keep the <c>:scheme</c> of the client, which differs from that of their connection.</summary>
public sealed class AlternateSchemeTests
{
    private readonly TestCa _ca = TestCa.CreateRoot("eu");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Serves_a_request_whose_scheme_is_http_over_TLS_to_its_verified_client()
    {
        await using var server = await StartAsync(listen => listen.UseEndpointMtls(Options()));
        using var client = ClientOf(server);

        (await client.GetStringAsync("/seen").WithTimeout()).Should().Be("http from CN=proxy");
    }

    [Test]
    public async Task Resets_such_a_request_if_the_application_turns_alternate_schemes_off_after_the_call()
    {
        await using var server = await StartAsync(listen =>
        {
            listen.UseEndpointMtls(Options());
            listen.KestrelServerOptions.AllowAlternateSchemes = false;
        });

        using var client = ClientOf(server);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/seen").WithTimeout());
        failure!.GetBaseException().Should().BeOfType<HttpProtocolException>().Which.ErrorCode.Should().Be(1, "it is PROTOCOL_ERROR");
    }

    [Test]
    public async Task A_further_endpoint_does_not_turn_them_on_again()
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Services.AddEndpointMtls();
        var tls = Options();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.ListenAnyIP(1, listen => listen.UseEndpointMtls(tls));
            options.AllowAlternateSchemes = false;
            options.ListenAnyIP(2, listen => listen.UseEndpointMtls(tls));
        });
        await using var application = builder.Build();

        var kestrel = application.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;

        kestrel.AllowAlternateSchemes.Should().BeFalse();
    }

    private static Task<EchoServer> StartAsync(Action<ListenOptions> secure) => EchoServer.StartSecuredAsync(
        secure,
        map: application => application.MapGet("/seen", (HttpContext context) =>
            $"{context.Request.Scheme} from {context.Features.Get<VerifiedClient>()?.Subject}"));

    private ServerTlsOptions Options()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        return new ServerTlsOptions
        {
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { files.CaFile[0] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        };
    }

    // It sends the scheme of its address, and its connection uses TLS.
    private HttpClient ClientOf(EchoServer server)
    {
        var options = RawClient.Options(_ca, _ca.IssueClient("proxy"), SslApplicationProtocol.Http2);
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
                await stream.AuthenticateAsClientAsync(options, cancellation);
                return stream;
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = new Uri($"http://{server.Address}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }
}
