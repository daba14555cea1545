using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Starting with a certificate that is out of date.</summary>
public sealed class FirstCertificateTests
{
    private static readonly DateTimeOffset Now = TimedRealm.Ahead;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task Starts_with_an_expired_certificate_and_warns()
    {
        await using var realm = new TimedRealm(_root, Issue(notAfter: Now));

        realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().NotBeNull();
        realm.Logged(206).Should().ContainSingle().Which.Message.Should().Contain("of realm 'eu' expired on 2100-01-01 00:00:00Z");
    }

    [Test]
    public async Task Starts_with_a_certificate_that_is_not_valid_yet_and_presents_it()
    {
        await using var realm = new TimedRealm(_root, Issue(notBefore: Now + Hour));

        realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().NotBeNull();
        realm.Provider.Describe().NextClientCertificate.Should().BeNull();
    }

    [Test]
    public async Task A_certificate_that_is_in_use_before_its_time_is_not_held_when_authorities_change()
    {
        await using var realm = new TimedRealm(_root, Issue(notBefore: Now + Hour));

        var changed = await realm.RotateAsync(_root, TestCa.CreateRoot("other"));

        changed.Should().BeEquivalentTo(new { Generation = 2, NextClientCertificate = (object?)null });
        realm.Logged(205).Should().BeEmpty();
    }

    [Test]
    public void Does_not_start_with_an_expired_certificate_where_the_realm_says_so() =>
        FailToStart(Issue(notAfter: Now)).Should().Be("holds a certificate that expired on 2100-01-01 00:00:00Z; it is now 2100-01-01 00:00:00Z. Renew it.");

    [Test]
    public void Does_not_start_with_a_certificate_that_is_not_valid_yet_where_the_realm_says_so() =>
        FailToStart(Issue(notBefore: Now + Hour)).Should().Be("holds a certificate that is not valid before 2100-01-01 01:00:00Z; it is now 2100-01-01 00:00:00Z. Compare the clocks.");

    private string FailToStart(TestCertificate client)
    {
        string? file = null;
        var exception = Assert.Catch<OptionsValidationException>(() => _ = new TimedRealm(_root, client, realm =>
        {
            realm.TlsConfig!.OnExpired = ExpiredAction.Fail;
            file = realm.TlsConfig.CertFile;
        }));
        var start = $"realms[0].tls_config.cert_file: realm 'eu': '{file}' ";
        exception!.Message.Should().StartWith(start);
        return exception.Message[start.Length..];
    }

    private TestCertificate Issue(DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null) =>
        _root.Issue("client", [], TestCa.ClientAuthentication, notBefore, notAfter);
}
