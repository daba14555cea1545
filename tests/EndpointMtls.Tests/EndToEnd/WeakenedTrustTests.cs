using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Trust that is weaker than a realm's own authorities: only where the configuration says so, and never in silence.</summary>
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
    public async Task Without_verification_any_certificate_is_accepted_and_our_own_still_presented()
    {
        await using var services = TestServices.With(Realm(tls => tls.InsecureSkipVerify = true));

        (await CallAsync(services)).Should().Be("CN=client");

        services.Factory.Describe(_server.Address).LastConnection!.Tls!.PeerSubject.Should().Be("CN=server");
    }

    [Test]
    public async Task Without_verification_every_description_and_the_log_say_so()
    {
        await using var services = TestServices.With(Realm(tls => tls.InsecureSkipVerify = true));
        await Provider(services).ReloadAsync().WithTimeout();

        services.Factory.Describe(_server.Address).Should().Match<EndpointDescription>(endpoint => endpoint.InsecureSkipVerify && !endpoint.IsPlaintext);
        Provider(services).Describe().Should().Match<LoadedCertificates>(loaded => loaded.InsecureSkipVerify && !loaded.UseSystemRoots && loaded.Anchors.Count == 0);
        services.Logs.Entries.Where(entry => entry.EventId == 208).Should().ContainSingle().Which.Should().Be(new LogEntry(
            LogLevel.Warning, 208, "Realm 'eu' accepts any certificate of a server, because 'insecure_skip_verify' is true: connections are encrypted, but nobody knows with whom."));
        services.Logs.Entries.Single(entry => entry.EventId == 201).Message.Should().EndWith("and trusts anybody.");
    }

    [Test]
    public async Task With_verification_no_description_says_otherwise()
    {
        await using var services = TestServices.With(Realm(tls => tls.CaFile.Add(_folder["ca.crt"])));

        services.Factory.Describe(_server.Address).InsecureSkipVerify.Should().BeFalse();
        Provider(services).Describe().Should().Match<LoadedCertificates>(loaded => !loaded.InsecureSkipVerify && !loaded.UseSystemRoots);
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 208);
        await Assert.ThrowsAsync<RpcException>(() => CallAsync(services));
    }

    [Test]
    public async Task Verification_that_is_turned_off_while_we_run_is_told_then()
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
    public async Task Verification_that_is_turned_on_again_lets_go_of_connections_nobody_vouched_for()
    {
        var options = new LiveOptions();
        options.Set(Realm(tls => tls.InsecureSkipVerify = true));
        await using var services = new TestServices(options.AddTo);
        await CallAsync(services);

        options.Set(Realm(tls => tls.CaFile.Add(_folder["ca.crt"])));

        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(services)))!).Should().Be(ConnectionFailureReason.Expired);
    }

    [Test]
    public async Task The_authorities_of_the_system_vouch_for_nobody_of_ours_and_the_failure_says_whose_they_are()
    {
        await using var services = TestServices.With(Realm(tls => tls.UseSystemRoots = true));

        var failure = EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(services)))!)!;

        failure.Reason.Should().Be(ConnectionFailureReason.UntrustedRoot);
        failure.Message.Should().Contain("does not lead to a trust anchor of the system.");
        Provider(services).CreateClientOptions("a").CertificateChainPolicy!.TrustMode.Should().Be(X509ChainTrustMode.System);
        Provider(services).Describe().UseSystemRoots.Should().BeTrue();
        services.Logs.Entries.Single(entry => entry.EventId == 201).Message.Should().EndWith("and trusts the authorities of the system.");
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
    public async Task Without_verification_a_server_still_has_to_show_a_certificate()
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

    // So that nobody waits whether it is still being written.
    private void WriteOld(string name, string content) => File.SetLastWriteTimeUtc(_folder.Write(name, content), new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    private static RotatingCertificateProvider Provider(TestServices services) => services.Get<RotatingCertificateProvider>("eu");

    private async Task<string> CallAsync(TestServices services) =>
        (await new Echo.EchoClient(services.Factory.GetChannel(_server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;
}
