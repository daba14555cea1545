using System.Security.Authentication;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>What makes a realm another one when the configuration is read again, and what makes its connections others.</summary>
public sealed class RealmDefinitionTests
{
    private const string Realm = """
        - name: eu
          match: ['*.eu:443', b]
          tls_config: { ca_file: [ca.crt, more.crt], check_interval: 1m }
          endpoints: ['a:1', dns+c:1]
          endpoints_sd_files: [{ files: [x.json, y.json], refresh_interval: 5m }]
          group: true
          service_config: '{}'
        """;

    private static readonly TlsDefinition[] OtherConnections =
    [
        TestDefinitions.Tls(tls => tls.ServerName = "store"),
        TestDefinitions.Tls(tls => tls.MinVersion = SslProtocols.Tls12),
        TestDefinitions.Tls(tls => tls.UseSystemRoots = true),
        TestDefinitions.Tls(tls => tls.InsecureSkipVerify = true),
        TestDefinitions.Tls(tls => tls.OnTrustRemoved = TrustRemovedAction.Close),
    ];

    [Test]
    public void A_realm_is_the_same_wherever_it_stands() =>
        TestDocuments.Read($"- endpoints: ['z:1']\n{Realm}")[1].IsSameAs(TestDocuments.Read(Realm).Single()).Should().BeTrue();

    [TestCase("*.eu:443", "*.eu:444")]
    [TestCase("['*.eu:443', b]", "[b, '*.eu:443']")]
    [TestCase(", more.crt", "")]
    [TestCase("ca.crt, more.crt", "more.crt, ca.crt")]
    [TestCase("check_interval: 1m", "check_interval: 2m")]
    [TestCase("a:1", "a:2")]
    [TestCase("dns+c:1", "dns+d:1")]
    [TestCase(", y.json", "")]
    [TestCase("refresh_interval: 5m", "refresh_interval: 6m")]
    [TestCase("5m }]", "5m }, { files: [z.json] }]")]
    [TestCase("'{}'", "'{ }'")]
    public void A_realm_is_another_when_any_of_it_is(string what, string other) => AreOthers(Realm, Realm.Replace(what, other, StringComparison.Ordinal));

    [TestCase("group: true")]
    [TestCase("mode: strict")]
    [TestCase("probe: false")]
    [TestCase("tls_config: { ca_file: ca.crt }")]
    public void A_realm_is_another_when_it_says_more(string more) => AreOthers("- endpoints: ['a:1']", $"- endpoints: ['a:1']\n  {more}");

    [TestCaseSource(nameof(OtherConnections))]
    public void Connections_are_made_anew_for_what_a_handshake_depends_on(object other) =>
        TestDefinitions.Tls().ConnectsLike((TlsDefinition)other).Should().BeFalse();

    [Test]
    public void Connections_may_stay_whatever_else_changes() =>
        TestDefinitions.Tls().ConnectsLike(TestDefinitions.Tls(tls =>
        {
            (tls.CertFile, tls.KeyFile, tls.KeyPasswordFile) = ("tls.crt", "tls.key", "password");
            tls.CaFile.Add("other.crt");
            (tls.CheckInterval, tls.CaOverlap) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1));
            (tls.SwapJitter, tls.DrainTimeout) = (TimeSpan.Zero, TimeSpan.Zero);
            tls.OnExpired = ExpiredAction.Fail;
        })).Should().BeTrue();

    private static void AreOthers(string one, string other)
    {
        var (first, second) = (TestDocuments.Read(one).Single(), TestDocuments.Read(other).Single());

        first.IsSameAs(second).Should().BeFalse();
        second.IsSameAs(first).Should().BeFalse();
    }
}
