using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The TLS options that a provider creates for clients.</summary>
public sealed class RotatingCertificateProviderTests
{
    private TempFolder _folder = null!;
    private TestCa _root = null!;
    private TestServices _services = null!;

    [SetUp]
    public void CreateRealms()
    {
        _folder = new TempFolder();
        _root = TestCa.CreateRoot("root");
        var tls = _folder.WriteRealm("eu", _root, _root.CreateIntermediate("intermediate").IssueClient("client"));
        var named = _folder.WriteRealm("us", _root, client: null);
        (named.ServerName, named.MinVersion) = ("store.us", SslProtocols.Tls12);
        _services = TestServices.With(
            new RealmOptions { Name = "eu", TlsConfig = tls, Endpoints = { "a:1" } },
            new RealmOptions { Name = "us", TlsConfig = named, Endpoints = { "b:1" } },
            new RealmOptions { Name = "plain", Endpoints = { "c:1" } });
    }

    [TearDown]
    public async Task CleanUp()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void Creates_options_that_present_the_chain_and_trust_only_the_CAs_of_the_realm()
    {
        var options = _services.Get<RotatingCertificateProvider>("eu").CreateClientOptions("store-1");

        options.TargetHost.Should().Be("store-1");
        options.EnabledSslProtocols.Should().Be(SslProtocols.Tls13);
        options.AllowTlsResume.Should().BeFalse();
        options.AllowRenegotiation.Should().BeFalse();
        options.ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=client");
        options.ClientCertificateContext.IntermediateCertificates.Should().ContainSingle().Which.Subject.Should().Be("CN=intermediate");
        var policy = options.CertificateChainPolicy!;
        policy.TrustMode.Should().Be(X509ChainTrustMode.CustomRootTrust);
        policy.CustomTrustStore.Cast<X509Certificate2>().Select(anchor => anchor.Thumbprint).Should().Equal(_root.Certificate.Thumbprint);
        policy.RevocationMode.Should().Be(X509RevocationMode.NoCheck);
        policy.DisableCertificateDownloads.Should().BeTrue();
        policy.ApplicationPolicy.Cast<System.Security.Cryptography.Oid>().Select(usage => usage.Value).Should().Equal("1.3.6.1.5.5.7.3.1");
    }

    [Test]
    public void Uses_the_configured_server_name_and_minimum_version()
    {
        var options = _services.Get<RotatingCertificateProvider>("us").CreateClientOptions("10.0.0.1");

        options.TargetHost.Should().Be("store.us");
        options.EnabledSslProtocols.Should().Be(SslProtocols.Tls12 | SslProtocols.Tls13);
        options.ClientCertificateContext.Should().BeNull();
    }

    [Test]
    public void Is_one_instance_per_realm_that_creates_new_options_each_time()
    {
        var provider = _services.Get<RotatingCertificateProvider>("eu");

        _services.Get<RotatingCertificateProvider>("eu").Should().BeSameAs(provider);
        provider.CreateClientOptions("a").CertificateChainPolicy!.CustomTrustStore.Clear();
        provider.CreateClientOptions("a").CertificateChainPolicy!.CustomTrustStore.Count.Should().Be(1);
    }

    [Test]
    public async Task A_client_that_replaces_the_host_in_the_options_still_expects_the_configured_name()
    {
        await using var named = await EchoServer.StartTlsAsync(_root.IssueServer("store.us"));
        await using var misnamed = await EchoServer.StartTlsAsync(_root.IssueServer("localhost"));
        using var handler = new SocketsHttpHandler { SslOptions = _services.Get<RotatingCertificateProvider>("us").CreateClientOptions("localhost") };
        using var client = new HttpClient(handler) { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        (await client.GetAsync(new Uri($"https://localhost:{named.Port}/")).WithTimeout()).StatusCode.Should().Be(System.Net.HttpStatusCode.NotFound);
        (await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"https://localhost:{misnamed.Port}/")).WithTimeout()))!
            .HttpRequestError.Should().Be(HttpRequestError.SecureConnectionError);
    }

    [Test]
    public void Options_that_are_kept_verify_at_the_current_time() =>
        _services.Get<RotatingCertificateProvider>("eu").CreateClientOptions("a").CertificateChainPolicy!.VerificationTimeIgnored.Should().BeTrue();

    [Test]
    public void Without_a_configured_name_the_result_of_the_name_comparison_of_the_client_counts()
    {
        var options = _services.Get<RotatingCertificateProvider>("eu").CreateRotatingClientOptions("a");
        using var chain = new X509Chain();

        options.RemoteCertificateValidationCallback!(this, _root.IssueServer("b").Leaf, chain, SslPolicyErrors.RemoteCertificateChainErrors).Should().BeTrue();
        options.Invoking(_ => options.RemoteCertificateValidationCallback!(this, _root.IssueServer("b").Leaf, chain, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch))
            .Should().Throw<AuthenticationException>();
    }

    [TestCase("plain")]
    [TestCase("none")]
    public void Without_a_TLS_configuration_there_is_no_provider(string realm) =>
        Assert.Throws<InvalidOperationException>(() => _services.Get<RotatingCertificateProvider>(realm))!.Message.Should().BeApproved();
}
