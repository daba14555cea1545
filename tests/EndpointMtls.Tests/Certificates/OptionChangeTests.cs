using System.Security.Authentication;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Changes of the options of a realm whose certificates are in use.</summary>
public sealed class OptionChangeTests
{
    private static readonly DateTimeOffset Now = TestRealm.Ahead;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private readonly TestCa _other = TestCa.CreateRoot("other");

    [Test]
    public async Task Another_server_name_is_another_generation_of_the_same_certificates()
    {
        await using var realm = CreateRealm();
        var before = realm.Provider.CreateClientOptions("a");

        realm.Reconfigure(tls => tls.ServerName = "store");

        realm.Generation.Should().Be(2);
        var after = realm.Provider.CreateClientOptions("a");
        after.TargetHost.Should().Be("store");
        after.ClientCertificateContext.Should().BeSameAs(before.ClientCertificateContext);
    }

    [Test]
    public async Task Options_that_no_handshake_uses_apply_without_another_generation()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"), _root);
        await using var realm = CreateRealm(_root.Issue("first", [], TestCa.ClientAuthentication, notAfter: Now + (2 * Hour)));
        var client = new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address));
        (await PresentedAsync()).Should().Be("CN=first");

        realm.Reconfigure(tls => (tls.RotationJitter, tls.OnExpired) = (Hour, ExpiredAction.Fail));
        realm.Generation.Should().Be(1);

        await realm.RotateAsync(_root.Issue("second", [], TestCa.ClientAuthentication, notAfter: Now + (2 * Hour)));
        (await PresentedAsync()).Should().Be("CN=first", "the connection is replaced within the jitter");
        realm.Time.Advance(Hour);
        await client.UntilPresents("CN=second");
        realm.Time.Advance(Hour);
        realm.Provider.Invoking(provider => provider.CreateClientOptions("a")).Should().Throw<AuthenticationException>();

        async Task<string> PresentedAsync() => (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;
    }

    [Test]
    public async Task A_shorter_overlap_applies_to_CAs_that_were_removed_before()
    {
        await using var realm = CreateRealm();
        realm.Reconfigure(tls => tls.CaOverlap = 3 * Hour);
        await realm.RotateAsync(_other);
        OldRootTrustedUntil().Should().Be(Now + (3 * Hour));

        realm.Reconfigure(tls => tls.CaOverlap = Hour);
        OldRootTrustedUntil().Should().Be(Now + Hour);
        realm.Reconfigure(tls => tls.CaOverlap = TimeSpan.Zero);

        Trusted(realm).Should().Equal("CN=other");

        DateTimeOffset? OldRootTrustedUntil() => realm.InUse.Anchors.Single(anchor => anchor.Subject == "CN=root").TrustedUntil;
    }

    [Test]
    public async Task The_system_roots_replace_all_CAs_of_the_realm_and_those_that_were_removed_before()
    {
        await using var realm = await CreateRealmInOverlapAsync();

        realm.Reconfigure(tls =>
        {
            tls.CaFile.Clear();
            tls.UseSystemRoots = true;
        });

        Trusted(realm).Should().BeEmpty();
        realm.InUse.UseSystemRoots.Should().BeTrue();
    }

    [Test]
    public async Task With_insecure_skip_verify_no_CA_stays_trusted_that_was_removed_before()
    {
        await using var realm = await CreateRealmInOverlapAsync();

        realm.Reconfigure(tls =>
        {
            tls.CaFile.Clear();
            tls.InsecureSkipVerify = true;
        });

        Trusted(realm).Should().BeEmpty();
        realm.InUse.InsecureSkipVerify.Should().BeTrue();
    }

    private TestRealm CreateRealm(TestCertificate? client = null) => new(_root, client ?? _root.IssueClient("first"));

    private async Task<TestRealm> CreateRealmInOverlapAsync()
    {
        var realm = CreateRealm();
        realm.Reconfigure(tls => tls.CaOverlap = Hour);
        await realm.RotateAsync(_other);
        Trusted(realm).Should().Equal("CN=other", "CN=root");
        return realm;
    }

    private static IEnumerable<string> Trusted(TestRealm realm) => realm.InUse.Anchors.Select(anchor => anchor.Subject);
}
