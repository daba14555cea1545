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

/// <summary>A server with files of its own that change while clients call it.</summary>
public abstract class ServerFilesFixture
{
    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestCa ServerCa { get; } = TestCa.CreateRoot("servers");

    private protected TestCa ClientCa { get; } = TestCa.CreateRoot("clients");

    private protected ServerTlsOptions Options { get; private set; } = null!;

    private protected SecuredServer Server { get; private set; } = null!;

    // Ahead of the files, so that none of them needs to settle.
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
        Server = await SecuredServer.StartAsync(listen => listen.UseEndpointMtls(Options), services => services.AddSingleton<TimeProvider>(Time).AddEndpointMtls());
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

    /// <summary>Writes which authorities vouch for clients.</summary>
    private protected void Trust(params TestCa[] authorities) => Folder.Write("clients.crt", string.Join('\n', authorities.Select(authority => authority.Pem)));

    /// <summary>Has the server look at its files; if they look as if they were being written, lets the settling time pass.</summary>
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

    /// <summary>What the server presents to whoever connects now.</summary>
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
            // Without a certificate of our own we are not let in, but have seen what we came for.
        }

        return presented;
    }
}
