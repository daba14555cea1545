using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Thanos.Api;

namespace EndpointMtls.InteropTests.OpenSsl;

/// <summary>An OpenSSL server without a security level presents certificates that can be forged, or that have no name.</summary>
public sealed class WeakServerTests
{
    private const string Name = "-addext subjectAltName=IP:127.0.0.1";

    private OpenSslFiles _files = null!;

    [SetUp]
    public async Task CreateRootAsync() => _files = await OpenSslFiles.CreateAsync();

    [TearDown]
    public void RemoveFiles() => _files.Dispose();

    [TestCase("-newkey rsa:1024 -sha256", "an RSA key of 1024 bits")]
    [TestCase("-newkey rsa:2047 -sha256", "an RSA key of 2047 bits")]
    [TestCase("-newkey rsa:2048 -sha1", "a signature with SHA-1")]
    [TestCase("-newkey rsa:2048 -md5", "a signature with MD5")]
    public async Task A_server_with_a_weak_certificate_is_rejected(string arguments, string weakness)
    {
        await _files.IssueAsync($"{arguments} {Name}");

        foreach (var version in new[] { "-tls1_2", "-tls1_3" })
        {
            var failure = await CallAsync([version]);

            failure!.Reason.Should().Be(ConnectionFailureReason.WeakCertificate, failure.Message);
            failure.Message.Should().ContainAll("'CN=peer'", weakness);
        }
    }

    [Test]
    public async Task A_server_under_a_weak_intermediate_is_rejected()
    {
        await _files.RunAsync(
            """
            openssl req -x509 -newkey rsa:2048 -nodes -CA root.crt -CAkey root.key -subj /CN=team -sha1 -keyout team.key -out team.crt -days 9
            openssl req -x509 -newkey rsa:2048 -nodes -CA team.crt -CAkey team.key -subj /CN=peer -addext basicConstraints=CA:FALSE -addext subjectAltName=IP:127.0.0.1 -keyout peer.key -out peer.crt -days 8
            """);

        var failure = await CallAsync(["-cert_chain", _files["team.crt"]]);

        failure!.Reason.Should().Be(ConnectionFailureReason.WeakCertificate, failure.Message);
        failure.Message.Should().ContainAll("'CN=peer'", "'CN=team' has a signature with SHA-1");
    }

    [TestCase("-newkey rsa:1024 -sha256")]
    [TestCase("-newkey rsa:2048 -sha1")]
    [TestCase("-newkey rsa:2048 -md5")]
    public async Task A_weak_server_is_accepted_if_that_is_allowed(string arguments)
    {
        await _files.IssueAsync($"{arguments} {Name}");

        await using var server = StartServer([]);
        var tls = new TlsOptions { CaFile = { _files["root.crt"] }, AllowWeakCertificates = true };
        await using var services = new ServiceCollection()
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", TlsConfig = tls, Match = { "*" } }))
            .BuildServiceProvider();
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPEndPoint.Parse(await server.ReadAsync(@"ACCEPT (\S+)")));
        await using var stream = new SslStream(connection.GetStream());

        await stream.AuthenticateAsClientAsync(services.GetRequiredKeyedService<RotatingCertificateProvider>("eu").CreateClientOptions("127.0.0.1")).WithTimeout();

        stream.RemoteCertificate!.Subject.Should().Be("CN=peer");
    }

    [Test]
    public async Task A_server_with_only_a_common_name_is_rejected()
    {
        await _files.IssueAsync("-newkey rsa:2048 -subj /CN=127.0.0.1");

        var failure = await CallAsync([]);

        failure!.Reason.Should().Be(ConnectionFailureReason.NameMismatch, failure.Message);
        failure.Message.Should().ContainAll("no subjectAltName", "'verify_common_name: true'");
    }

    // The client offers neither: they cannot be presented to it.
    [TestCase("-newkey ec -pkeyopt ec_paramgen_curve:secp256k1")]
    [TestCase("-newkey dsa:dsa.pem")]
    public async Task No_handshake_is_possible_with_a_DSA_key_or_a_key_on_another_curve(string arguments)
    {
        await _files.RunAsync("openssl dsaparam -out dsa.pem 1024");
        await _files.IssueAsync($"{arguments} {Name}");

        foreach (var version in new[] { "-tls1_2", "-tls1_3" })
            (await CallAsync([version], tls => tls.AllowWeakCertificates = true))!.Reason.Should().Be(ConnectionFailureReason.ProtocolMismatch);
    }

    [TestCase("ECDHE-RSA-AES128-SHA256")]
    [TestCase("ECDHE-RSA-AES256-SHA:AES128-SHA")]
    public async Task A_server_with_only_CBC_suites_is_rejected(string suites)
    {
        await _files.IssueAsync($"-newkey rsa:2048 {Name}");

        var failure = await CallAsync(["-tls1_2", "-cipher", $"{suites}:@SECLEVEL=0"]);

        failure!.Reason.Should().Be(ConnectionFailureReason.ProtocolMismatch, failure.Message);
    }

    private ChildProcess StartServer(string[] arguments) => ChildProcess.StartPeer(
        "openssl",
        ["s_server", "-accept", "127.0.0.1:0", "-cert", _files["peer.crt"], "-key", _files["peer.key"], "-alpn", "h2", "-cipher", "ALL:@SECLEVEL=0", .. arguments]);

    private async Task<EndpointConnectionException?> CallAsync(string[] arguments, Action<TlsOptions>? configure = null)
    {
        await using var server = StartServer(arguments);
        var address = await server.ReadAsync(@"ACCEPT (\S+)");
        var tls = new TlsOptions { CaFile = { _files["root.crt"] }, MinVersion = SslProtocols.Tls12 };
        configure?.Invoke(tls);
        await using var services = new ServiceCollection()
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { TlsConfig = tls, Endpoints = { address } }))
            .BuildServiceProvider();
        var info = new Info.InfoClient(services.GetRequiredService<IEndpointChannelFactory>().GetChannel(address));
        using var timeout = new CancellationTokenSource(Eventually.Timeout);

        var exception = await Assert.ThrowsAsync<RpcException>(() => info.InfoAsync(new InfoRequest(), cancellationToken: timeout.Token).ResponseAsync);

        return EndpointConnectionException.Find(exception!) ?? throw new AssertionException($"No connection failure in {exception}", exception);
    }
}
