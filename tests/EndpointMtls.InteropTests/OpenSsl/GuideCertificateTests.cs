using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.InteropTests.OpenSsl;

/// <summary>Certificates as the guides of Grafana Mimir, Cortex and Otterize create them: without subject alternative names.</summary>
public sealed class GuideCertificateTests
{
    // "Securing Grafana Mimir communications with TLS", and genCerts.sh of Cortex.
    private const string MimirAndCortex =
        """
        # keys
        openssl genrsa -out root.key
        openssl genrsa -out client.key
        openssl genrsa -out server.key

        # root cert / certifying authority
        openssl req -x509 -new -nodes -key root.key -subj "/C=US/ST=KY/O=Org/CN=root" -sha256 -days 100000 -out root.crt

        # csrs - certificate signing requests
        openssl req -new -sha256 -key client.key -subj "/C=US/ST=KY/O=Org/CN=client" -out client.csr
        openssl req -new -sha256 -key server.key -subj "/C=US/ST=KY/O=Org/CN=localhost" -out server.csr

        # certificates
        openssl x509 -req -in client.csr -CA root.crt -CAkey root.key -CAcreateserial -out client.crt -days 100000 -sha256
        openssl x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -out server.crt -days 100000 -sha256
        """;

    // One self-signed certificate for all clients and servers of an environment.
    private const string Otterize = "openssl req -x509 -newkey rsa:4096 -keyout key.pem -out cert.pem -sha256 -days 3650 -nodes -subj '/CN=production.example.com'";

    private OpenSslFiles _files = null!;

    [SetUp]
    public async Task CreateFilesAsync() => _files = await OpenSslFiles.CreateAsync();

    [TearDown]
    public void RemoveFiles() => _files.Dispose();

    [Test]
    public async Task The_certificates_of_Mimir_and_Cortex_are_accepted_with_verify_common_name()
    {
        await _files.RunAsync(MimirAndCortex);

        await VerifyAsync("localhost", "CN=client, O=Org, S=KY, C=US", "root.crt", ("server.crt", "server.key"), ("client.crt", "client.key"));
    }

    [Test]
    public async Task The_certificate_of_Otterize_is_accepted_with_verify_common_name()
    {
        await _files.RunAsync(Otterize);

        await VerifyAsync("production.example.com", "CN=production.example.com", "cert.pem", ("cert.pem", "key.pem"), ("cert.pem", "key.pem"));
    }

    private async Task VerifyAsync(string name, string clientSubject, string ca, (string Cert, string Key) server, (string Cert, string Key) client)
    {
        await using var running = await ClientAuthMatrix.StartServerAsync(new ServerTlsOptions
        {
            Name = nameof(GuideCertificateTests),
            CertFile = _files[server.Cert],
            KeyFile = _files[server.Key],
            ClientCaFile = { _files[ca] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        });

        var rejection = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(verifiesCommonName: false));
        rejection!.InnerException!.Message.Should().ContainAll("no subjectAltName", "'verify_common_name: true'");
        (await GetAsync(verifiesCommonName: true)).Should().Be($"sent by {clientSubject}, verified as {clientSubject}");

        async Task<string> GetAsync(bool verifiesCommonName)
        {
            var tls = new TlsOptions
            {
                CaFile = { _files[ca] },
                CertFile = _files[client.Cert],
                KeyFile = _files[client.Key],
                ServerName = name,
                VerifyCommonName = verifiesCommonName,
            };
            await using var services = new ServiceCollection()
                .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "guide", Match = { "*" }, TlsConfig = tls }))
                .BuildServiceProvider();
            var options = services.GetRequiredKeyedService<RotatingCertificateProvider>("guide").CreateClientOptions("127.0.0.1");
            using var http = new HttpClient(new SocketsHttpHandler { SslOptions = options });
            return await http.GetStringAsync(new Uri($"https://{running.Address}/")).WithTimeout();
        }
    }
}
