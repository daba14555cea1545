using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>A start with a certificate that has expired or is not valid yet.</summary>
public sealed class FirstCertificateTests
{
    private static readonly DateTimeOffset Now = TestRealm.Ahead;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task Presents_an_expired_certificate_and_logs_a_warning()
    {
        await using var realm = new TestRealm(_root, Issue(notAfter: Now));

        realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().NotBeNull();
        realm.Logged(206).Should().ContainSingle().Which.Message.Should().Contain("of realm 'eu' expired on 2100-01-01 00:00:00Z");
    }

    [Test]
    public async Task Presents_a_certificate_that_is_not_valid_yet()
    {
        await using var realm = new TestRealm(_root, Issue(notBefore: Now + Hour));

        realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().NotBeNull();
        realm.Provider.Describe().NextClientCertificate.Should().BeNull();
    }

    [Test]
    public async Task A_certificate_that_is_in_use_before_it_is_valid_does_not_become_pending_when_CAs_change()
    {
        await using var realm = new TestRealm(_root, Issue(notBefore: Now + Hour));

        var changed = await realm.RotateAsync(_root, TestCa.CreateRoot("other"));

        changed.Should().BeEquivalentTo(new { Generation = 2, NextClientCertificate = (object?)null });
        realm.Logged(205).Should().BeEmpty();
    }

    [Test]
    public async Task With_on_expired_fail_does_not_start_with_an_expired_certificate() =>
        (await FailToStartAsync(Issue(notAfter: Now))).Should().Contain("2100-01-01 00:00:00Z", Exactly.Twice());

    [Test]
    public async Task With_on_expired_fail_does_not_start_with_a_certificate_that_is_not_valid_yet() =>
        (await FailToStartAsync(Issue(notBefore: Now + Hour))).Should().Contain("2100-01-01 01:00:00Z").And.Contain("2100-01-01 00:00:00Z");

    private async Task<string> FailToStartAsync(TestCertificate client)
    {
        await using var realm = TestRealm.NotLoaded(_root, client);
        realm.Tls.OnExpired = ExpiredAction.Fail;
        var message = Assert.Catch<OptionsValidationException>(() => _ = realm.Provider)!.Message;
        message.Should().StartWith($"realms[0].tls_config.cert_file: realm 'eu': '{realm.CertFile}' ");
        message.Should().BeApproved();
        return message;
    }

    private TestCertificate Issue(DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null) =>
        _root.Issue("client", [], TestCa.ClientAuthentication, notBefore, notAfter);
}
