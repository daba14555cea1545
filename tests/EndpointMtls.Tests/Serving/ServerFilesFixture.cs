using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>A server with its own files, which change while clients call it.</summary>
public abstract class ServerFilesFixture
{
    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestCa ServerCa { get; } = TestCa.CreateRoot("servers");

    private protected TestCa ClientCa { get; } = TestCa.CreateRoot("clients");

    private protected ServerTlsOptions Options { get; private set; } = null!;

    private protected EchoServer Server { get; private set; } = null!;

    // Later than the times of the files, so that changes need no quiet period.
    private protected TestTimeProvider Time { get; private set; } = null!;

    private protected ServerTls Tls => ServerTls.Get(Server.Services, Options);

    [SetUp]
    public async Task StartAsync()
    {
        Folder = new TempFolder();
        Time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Present("server 1");
        Options = new ServerTlsOptions
        {
            CertFile = Folder["server/tls.crt"],
            KeyFile = Folder["server/tls.key"],
            ClientCaFile = { Folder.Write("clients.crt", ClientCa.Pem) },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        };
        Server = await EchoServer.StartSecuredAsync(
            listen => listen.UseEndpointMtls(Options), services => services.AddSingleton<TimeProvider>(Time).AddEndpointMtls());
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Server.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>Writes another certificate for the server.</summary>
    private protected void Present(string name)
    {
        var certificate = ServerCa.Issue(name, ["127.0.0.1"], TestCa.ServerAuthentication);
        Folder.Write("server/tls.crt", certificate.ChainPem);
        Folder.Write("server/tls.key", certificate.KeyPem);
    }

    /// <summary>Writes the CA certificates of the clients.</summary>
    private protected void Trust(params TestCa[] cas) => Folder.Write("clients.crt", string.Join('\n', cas.Select(ca => ca.Pem)));

    /// <summary>Reloads the files of the server. If they seem to be changing, lets the quiet period pass.</summary>
    private protected Task<LoadedCertificates> ReloadAsync()
    {
        var reload = Tls.Certificates.ReloadAsync();
        if (!reload.IsCompleted)
        {
            Time.Advance(FileMonitor.QuietPeriod);
        }

        return reload.WithTimeout();
    }

    private protected TestServices ClientWith(TestCertificate? certificate, string name = "client") => TestServices.With(RealmWith(certificate, name));

    private protected RealmOptions RealmWith(TestCertificate? certificate, string name = "client") =>
        new() { Name = name, Endpoints = { Server.Address }, TlsConfig = Folder.WriteRealm(name, ServerCa, certificate) };

    private protected Echo.EchoClient EchoOf(TestServices client) => new(client.Factory.GetChannel(Server.Address));

    /// <summary>The subject of the certificate that the server presents to a new connection.</summary>
    private protected async Task<string> PresentedAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", Server.Port);
        await using var stream = new SslStream(socket.GetStream());
        var presented = "";
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                CertificateChainPolicy = EchoServer.Trust(ServerCa),
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    presented = ((X509Certificate2)certificate!).Subject;
                    return errors == SslPolicyErrors.None;
                },
            }).WithTimeout();
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException && presented.Length > 0)
        {
            // The server rejects a client without a certificate, after it has presented its own.
        }

        return presented;
    }
}
