using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>Explanations name the certificate and the fix. A peer can neither forge a log line nor fill a log with its certificate.</summary>
public sealed class RejectionTextTests
{
    private const int MaxLength = 6_000;

    private static readonly DateTimeOffset Past = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public void Names_the_issuer_of_an_untrusted_certificate_and_the_CA_files()
    {
        var text = Explain(TestCa.CreateRoot("other").IssueServer("a"));

        text.Should().ContainAll("'CN=server a'", "'CN=other'", "'ca.pem', 'other.pem'");
        text.Should().BeApproved();
    }

    [Test]
    public void Names_an_expired_certificate_anywhere_in_the_chain_with_its_date()
    {
        string[] texts =
        [
            Explain(_root.Issue("a", [], TestCa.ServerAuthentication, notAfter: Past)),
            Explain(_root.CreateIntermediate("old team", notAfter: Past).IssueServer("a")),
        ];

        texts.Should().OnlyContain(text => text.Contains("expired on 2021-01-01 00:00:00Z; it is now 20"));
        texts[0].Should().Contain("'CN=a', issued by 'CN=root'");
        texts[1].Should().ContainAll("'CN=old team'", "'CN=server a'");
        texts.Should().BeApproved();
    }

    [Test]
    public void Names_a_certificate_that_is_not_valid_yet_with_its_date()
    {
        var text = Explain(_root.Issue("a", [], TestCa.ServerAuthentication, notBefore: new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        text.Should().Contain("2100-01-01 00:00:00Z; it is now 20");
        text.Should().BeApproved();
    }

    [Test]
    public void Names_the_extended_key_usage_that_is_missing()
    {
        var (client, server) = (Explain(_root.IssueClient("a")), Explain(_root.IssueServer("a"), verifier => verifier with { Role = PeerRole.Client }));

        client.Should().Contain("'serverAuth'");
        server.Should().Contain("'clientAuth'");
        new[] { client, server }.Should().BeApproved();
    }

    [Test]
    public void Lists_the_names_of_a_certificate_for_another_name()
    {
        static PeerVerifier Expecting(PeerVerifier verifier) => verifier with { ExpectedName = "b", ComparesName = true };

        string[] texts = [Explain(_root.IssueServer("a", "10.0.0.1"), Expecting), Explain(_root.Issue("a", [], TestCa.ServerAuthentication), Expecting)];

        texts[0].Should().ContainAll("'a', '10.0.0.1'", "'b'", "'server_name'");
        texts.Should().BeApproved();
    }

    [TestCase("a\r\nforged", @"a\r\nforged")]
    [TestCase("a\u001b[31m", @"a\u001b[31m")]
    public void Escapes_line_breaks_and_control_characters_of_subjects_and_names(string text, string escaped)
    {
        using var untrusted = Certificate(text, text);
        using var named = Certificate("a", text, issuedByRoot: true);

        Explain(untrusted).Should().Contain(escaped, Exactly.Twice()).And.NotContainAny("\n", "\u001b");
        Explain(named, NoNames).Should().Contain(escaped).And.NotContainAny("\n", "\u001b");
    }

    [Test]
    public void Truncates_a_subject_and_names_of_60_KB()
    {
        using var untrusted = Certificate(new string('a', 60_000), "a");
        using var longName = Certificate("a", new string('a', 60_000), issuedByRoot: true);
        using var manyNames = Certificate("a", [.. Enumerable.Range(0, 6_000).Select(i => $"name-{i}")], issuedByRoot: true);

        Explain(untrusted).Length.Should().BeLessThan(MaxLength);
        Explain(longName, NoNames).Length.Should().BeLessThan(MaxLength);
        Explain(manyNames, NoNames).Should().Contain("'name-19'").And.NotContain("'name-20'").And.Contain(" and 5980 more").And.Match(text => text.Length < MaxLength);
    }

    [Test]
    public void Every_reason_to_reject_a_certificate_has_its_own_text()
    {
        using var chain = new X509Chain();
        chain.Build(_root.Certificate);
        var text = new RejectionText(new PeerVerifier(PeerRole.Client, TrustBundle.Empty), _root.Certificate, SubjectNames.None, chain, Now);
        var reasons = Enum.GetValues<ConnectionFailureReason>().SkipWhile(reason => reason != ConnectionFailureReason.UntrustedRoot)
            .TakeWhile(reason => reason != ConnectionFailureReason.ClientCertificateRejected).ToList();

        var texts = reasons.ConvertAll(reason => text.Explain(reason, "a reason"));

        texts.Should().OnlyHaveUniqueItems();
    }

    private static PeerVerifier NoNames(PeerVerifier verifier) => verifier with { AllowedSans = [SanPattern.Parse("allowed.example")] };

    private string Explain(TestCertificate peer, Func<PeerVerifier, PeerVerifier>? change = null) => Explain(peer.Leaf, change, [.. peer.Intermediates]);

    private string Explain(X509Certificate2 leaf, Func<PeerVerifier, PeerVerifier>? change = null, params X509Certificate2[] sent)
    {
        var verifier = new PeerVerifier(PeerRole.Server, new TrustBundle(ImmutableHashSet.Create(new CaCertificate(_root.Certificate)), ["ca.pem", "other.pem"]));
        var verdict = (change ?? (unchanged => unchanged))(verifier).VerifyAgain(leaf, [.. sent], SslPolicyErrors.None, Now);
        verdict.IsAccepted.Should().BeFalse();
        return verdict.Explanation;
    }

    // SubjectAlternativeNameBuilder would convert the names.
    private static X509Extension DnsNames(string[] names)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var name in names)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new(TagClass.ContextSpecific, 2));
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    private X509Certificate2 Certificate(string commonName, string name, bool issuedByRoot = false) => Certificate(commonName, [name], issuedByRoot);

    private X509Certificate2 Certificate(string commonName, string[] names, bool issuedByRoot = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(DnsNames(names));
        return issuedByRoot
            ? request.Create(_root.Certificate, Past, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero), [1])
            : request.CreateSelfSigned(Past, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
