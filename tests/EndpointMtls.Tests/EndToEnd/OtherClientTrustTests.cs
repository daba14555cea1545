using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Which servers other clients trust with rotating options: those that the current trust bundle accepts.</summary>
public sealed class OtherClientTrustTests : OtherClientFixture
{
    [Test]
    public async Task Trusts_servers_by_the_current_bundle()
    {
        var other = TestCa.CreateRoot("other");
        using var old = new HttpsPeer(Root.IssueServer("localhost"));
        using var moved = new HttpsPeer(other.IssueServer("localhost"));
        await using var realm = new TestRealm(Root, client: null);
        using var client = KeepRotating(realm);
        (await CallAsync(client, old)).Should().Be("none");
        await FailToTrustAsync(client, moved);

        await realm.RotateAsync(Root, other);
        await CallAsync(client, old);
        await CallAsync(client, moved);

        await realm.RotateAsync(other);
        await FailToTrustAsync(client, old);
        await CallAsync(client, moved);
    }

    [Test]
    public async Task Builds_the_chain_with_intermediates_that_the_server_sends()
    {
        using var server = new HttpsPeer(Root.CreateIntermediate("upper").CreateIntermediate("lower").IssueServer("localhost"));
        await using var realm = new TestRealm(Root, client: null);
        using var client = KeepRotating(realm);

        (await CallAsync(client, server)).Should().Be("none");
    }

    [Test]
    public async Task Builds_the_chain_with_intermediates_in_the_bundle()
    {
        var intermediate = Root.CreateIntermediate("intermediate");
        using var server = new HttpsPeer(intermediate.IssueServer("localhost") with { Intermediates = [] });
        await using var realm = new TestRealm(Root, client: null);
        using var client = KeepRotating(realm);
        await FailToTrustAsync(client, server);

        await realm.RotateAsync(Root, intermediate);

        (await CallAsync(client, server)).Should().Be("none");
    }

    [Test]
    public async Task Rejects_another_name()
    {
        using var server = new HttpsPeer(Root.IssueServer("elsewhere"));
        await using var realm = new TestRealm(Root, client: null);
        using var client = KeepRotating(realm);

        await FailToTrustAsync(client, server);
    }

    [Test]
    public async Task Expects_the_configured_name_for_every_host()
    {
        using var server = new HttpsPeer(Root.IssueServer("store.eu"));
        await using var realm = new TestRealm(Root, client: null, options => options.TlsConfig!.ServerName = "store.eu");
        using var client = KeepRotating(realm);
        await CallAsync(client, server);
        await CallAsync(client, server, "127.0.0.1");

        server.Reconfigure(Root.IssueServer("localhost", "127.0.0.1"));

        await FailToTrustAsync(client, server);
        await FailToTrustAsync(client, server, "127.0.0.1");
    }

    [Test]
    public async Task Rejects_an_untrusted_server_with_the_configured_name()
    {
        await using var realm = new TestRealm(Root, client: null, options => options.TlsConfig!.ServerName = "store.eu");
        var options = realm.Provider.CreateClientOptions("localhost");
        var untrusted = TestCa.CreateRoot("other").IssueServer("store.eu").Leaf;

        Check(Root.IssueServer("store.eu").Leaf, SslPolicyErrors.RemoteCertificateNameMismatch).Should().BeTrue("the runtime compares another name than the configured one");
        options.Invoking(_ => Check(untrusted, SslPolicyErrors.None)).Should().Throw<AuthenticationException>();
        options.Invoking(_ => Check(untrusted, SslPolicyErrors.RemoteCertificateNameMismatch)).Should().Throw<AuthenticationException>();

        bool Check(X509Certificate2 server, SslPolicyErrors nameErrors)
        {
            using var chain = new X509Chain { ChainPolicy = options.CertificateChainPolicy! };
            var chainErrors = chain.Build(server) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
            return options.RemoteCertificateValidationCallback!(this, server, chain, chainErrors | nameErrors);
        }
    }

    [Test]
    public async Task Reloads_the_bundle_at_a_handshake_without_a_client_certificate()
    {
        var other = TestCa.CreateRoot("other");
        await using var realm = new TestRealm(Root, client: null);
        var check = realm.Provider.CreateRotatingClientOptions("localhost").RemoteCertificateValidationCallback!;

        realm.Trust(other);
        realm.Time.Advance(TimeSpan.FromSeconds(1));

        check(this, other.IssueServer("localhost").Leaf, null, SslPolicyErrors.None).Should().BeTrue();
    }

    [Test]
    public async Task Rejects_an_expired_server_certificate()
    {
        var expired = Root.Issue("server", ["localhost"], TestCa.ServerAuthentication, notAfter: TimeProvider.System.GetUtcNow().AddMinutes(-1));
        using var server = new HttpsPeer(expired);
        await using var realm = new TestRealm(Root, client: null);
        using var client = KeepRotating(realm);

        await FailToTrustAsync(client, server);
    }

    [Test]
    public async Task Refuses_a_server_whose_certificate_is_meant_for_clients()
    {
        using var server = new HttpsPeer(Root.Issue("server", ["localhost"], TestCa.ClientAuthentication));
        await using var realm = new TestRealm(Root, client: null);
        using var client = KeepRotating(realm);

        await FailToTrustAsync(client, server);
    }

    [Test]
    public async Task Never_trusts_the_CAs_of_the_system()
    {
        using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        using var ofSystem = new X509Chain { ChainPolicy = { RevocationMode = X509RevocationMode.NoCheck } };
        var trusted = store.Certificates.FirstOrDefault(ofSystem.Build);
        Assume.That(trusted, Is.Not.Null, "The system has a trusted root certificate.");
        await using var realm = new TestRealm(Root, client: null);
        var (once, rotating) = (realm.Provider.CreateClientOptions("a"), realm.Provider.CreateRotatingClientOptions("a"));
        using var chain = new X509Chain { ChainPolicy = once.CertificateChainPolicy! };
        using var emptyChain = new X509Chain { ChainPolicy = rotating.CertificateChainPolicy! };

        chain.Build(trusted!).Should().BeFalse();
        emptyChain.Build(trusted!).Should().BeFalse();
        var check = rotating.RemoteCertificateValidationCallback!;
        check.Invoking(callback => callback(this, trusted, ofSystem, SslPolicyErrors.None)).Should().Throw<AuthenticationException>();
        check.Invoking(callback => callback(this, null, null, SslPolicyErrors.RemoteCertificateNotAvailable)).Should().Throw<AuthenticationException>();
    }

    [Test]
    public async Task Rotating_options_are_as_strict_as_the_others()
    {
        await using var realm = new TestRealm(Root, client: null);

        var options = realm.Provider.CreateRotatingClientOptions("store-1");

        options.Should().BeEquivalentTo(new { TargetHost = "store-1", EnabledSslProtocols = SslProtocols.Tls13, AllowRenegotiation = false, AllowTlsResume = false });
        options.CertificateChainPolicy!.CustomTrustStore.Count.Should().Be(0);
        options.CertificateChainPolicy.DisableCertificateDownloads.Should().BeTrue();
        options.LocalCertificateSelectionCallback!(this, "store-1", [], null, []).Should().BeNull();
        realm.Provider.Invoking(provider => provider.CreateRotatingClientOptions("")).Should().Throw<ArgumentException>();
    }
}
