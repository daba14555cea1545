using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Realms that skip verification or trust the CAs of the system: only if configured, and always reported.</summary>
public sealed class WeakenedTrustTests
{
    private readonly TestCa _clientRoot = TestCa.CreateRoot("client root");
    private readonly TestCa _serverRoot = TestCa.CreateRoot("server root");
    private TempFolder _folder = null!;
    private EchoServer _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        var client = _clientRoot.IssueClient("client");
        WriteOld("tls.crt", client.ChainPem);
        WriteOld("tls.key", client.KeyPem);
        WriteOld("ca.crt", _serverRoot.Pem);
        _server = await EchoServer.StartTlsAsync(
            _serverRoot.Issue("server", ["elsewhere"], TestCa.ServerAuthentication, notAfter: new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero)), _clientRoot);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Without_verification_any_certificate_is_accepted_and_the_client_certificate_is_presented()
    {
        await using var services = TestServices.With(Realm(tls => tls.InsecureSkipVerify = true));

        (await CallAsync(services)).Should().Be("CN=client");

        services.Factory.Describe(_server.Address).LastConnection!.Tls!.PeerSubject.Should().Be("CN=server");
    }

    [Test]
    public async Task Without_verification_the_descriptions_and_the_log_report_it()
    {
        await using var services = TestServices.With(Realm(tls => tls.InsecureSkipVerify = true));
        await Provider(services).ReloadAsync().WithTimeout();

        services.Factory.Describe(_server.Address).Should().Match<EndpointDescription>(endpoint => endpoint.InsecureSkipVerify && !endpoint.IsPlaintext);
        Provider(services).Describe().Should().Match<LoadedCertificates>(loaded => loaded.InsecureSkipVerify && !loaded.UseSystemRoots && loaded.Anchors.Count == 0);
        services.Logs.Entries.Where(entry => entry.EventId == 208).Should().ContainSingle().Which.Level.Should().Be(LogLevel.Warning);
        services.Logs.Entries.Single(entry => entry.EventId == 208).Message.Should().BeApproved();
        services.Logs.Entries.Single(entry => entry.EventId == 201).Message.Should().BeApproved();
    }

    [Test]
    public async Task With_verification_neither_the_descriptions_nor_the_log_report_it()
    {
        await using var services = TestServices.With(Realm(tls => tls.CaFile.Add(_folder["ca.crt"])));

        services.Factory.Describe(_server.Address).InsecureSkipVerify.Should().BeFalse();
        Provider(services).Describe().Should().Match<LoadedCertificates>(loaded => !loaded.InsecureSkipVerify && !loaded.UseSystemRoots);
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 208);
        await Assert.ThrowsAsync<RpcException>(() => CallAsync(services));
    }

    [Test]
    public async Task Disabling_verification_at_run_time_is_logged_once()
    {
        var options = new LiveOptions();
        options.Set(Realm(tls => tls.CaFile.Add(_folder["ca.crt"])));
        await using var services = new TestServices(options.AddTo);
        await Assert.ThrowsAsync<RpcException>(() => CallAsync(services));

        options.Set(Realm(tls => tls.InsecureSkipVerify = true));
        await CallAsync(services);

        services.Factory.Describe(_server.Address).InsecureSkipVerify.Should().BeTrue();
        services.Logs.Entries.Count(entry => entry.EventId == 208).Should().Be(1);
    }

    [Test]
    public async Task Enabling_verification_at_run_time_replaces_unverified_connections()
    {
        var options = new LiveOptions();
        options.Set(Realm(tls => tls.InsecureSkipVerify = true));
        await using var services = new TestServices(options.AddTo);
        await CallAsync(services);

        options.Set(Realm(tls => tls.CaFile.Add(_folder["ca.crt"])));

        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(services)))!).Should().Be(ConnectionFailureReason.Expired);
    }

    [Test]
    public async Task The_CAs_of_the_system_do_not_trust_the_server_and_the_failure_names_them()
    {
        await using var services = TestServices.With(Realm(tls => tls.UseSystemRoots = true));

        var failure = EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(services)))!)!;

        failure.Reason.Should().Be(ConnectionFailureReason.UntrustedRoot);
        failure.Message.Should().Contain("trust anchor of the system");
        Provider(services).CreateClientOptions("a").CertificateChainPolicy!.TrustMode.Should().Be(X509ChainTrustMode.System);
        Provider(services).Describe().UseSystemRoots.Should().BeTrue();
        services.Logs.Entries.Single(entry => entry.EventId == 201).Message.Should().EndWith("of the system.");
    }

    [Test]
    public async Task Without_verification_other_clients_accept_any_certificate_too()
    {
        await using var services = TestServices.With(Realm(tls => tls.InsecureSkipVerify = true));

        foreach (var options in new[] { Provider(services).CreateClientOptions("127.0.0.1"), Provider(services).CreateRotatingClientOptions("127.0.0.1") })
        {
            using var client = new HttpClient(new SocketsHttpHandler { SslOptions = options }) { DefaultRequestVersion = new Version(2, 0) };
            using var response = await client.GetAsync(new Uri($"https://{_server.Address}/nowhere")).WithTimeout();
            response.Version.Major.Should().Be(2);
        }
    }

    [Test]
    public async Task Without_verification_a_server_without_a_certificate_is_rejected()
    {
        await using var services = TestServices.With(Realm(tls => tls.InsecureSkipVerify = true));

        foreach (var options in new[] { Provider(services).CreateClientOptions("127.0.0.1"), Provider(services).CreateRotatingClientOptions("127.0.0.1") })
        {
            options.Invoking(_ => options.RemoteCertificateValidationCallback!(this, null, null, SslPolicyErrors.RemoteCertificateNotAvailable)).Should().Throw<AuthenticationException>();
        }
    }

    private RealmOptions Realm(Action<TlsOptions> trust)
    {
        var tls = new TlsOptions { CertFile = _folder["tls.crt"], KeyFile = _folder["tls.key"], RotationJitter = TimeSpan.Zero };
        trust(tls);
        return new RealmOptions { Name = "eu", Endpoints = { _server.Address }, TlsConfig = tls };
    }

    // Older than the quiet period.
    private void WriteOld(string name, string content) => File.SetLastWriteTimeUtc(_folder.Write(name, content), new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    private static RotatingCertificateProvider Provider(TestServices services) => services.Get<RotatingCertificateProvider>("eu");

    private async Task<string> CallAsync(TestServices services) =>
        (await new Echo.EchoClient(services.Factory.GetChannel(_server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;
}
