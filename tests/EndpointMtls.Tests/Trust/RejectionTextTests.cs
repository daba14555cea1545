using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>An explanation names the certificate and the fix. Peers write their certificates, and can neither forge a line nor fill a log with them.</summary>
public sealed class RejectionTextTests
{
    private const int MaxLength = 6_000;

    private static readonly DateTimeOffset Past = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public void An_untrusted_certificate_names_its_issuer_and_our_files() =>
        Explain(TestCa.CreateRoot("stranger").IssueServer("a"))
            .Should().StartWith("the server's certificate 'CN=server a', issued by 'CN=stranger', does not lead to a trust anchor in 'ca.pem', 'other.pem'.");

    [Test]
    public void An_expired_certificate_is_named_with_its_date_wherever_it_is_in_the_chain()
    {
        Explain(_root.Issue("a", [], TestCa.ServerAuthentication, notAfter: Past))
            .Should().StartWith("the server's certificate 'CN=a', issued by 'CN=root', expired on 2021-01-01 00:00:00Z; it is now 20").And.EndWith("Renew it");
        Explain(_root.CreateIntermediate("old team", notAfter: Past).IssueServer("a"))
            .Should().StartWith("the certificate 'CN=old team' above the server's certificate 'CN=server a' expired on 2021-01-01 00:00:00Z;");
    }

    [Test]
    public void A_wrong_purpose_says_which_one_is_needed()
    {
        Explain(_root.IssueClient("a")).Should().EndWith("Issue it with the extended key usage 'serverAuth'");
        Explain(_root.IssueServer("a"), verifier => verifier with { Role = PeerRole.Client }).Should().EndWith("Issue it with the extended key usage 'clientAuth'");
    }

    [Test]
    public void A_wrong_name_lists_the_names_of_the_certificate()
    {
        static PeerVerifier Expecting(PeerVerifier verifier) => verifier with { ExpectedName = "b", ComparesName = true };

        Explain(_root.IssueServer("a", "10.0.0.1"), Expecting).Should().Contain("is for 'a', '10.0.0.1', not for 'b'. Set 'server_name'");
        Explain(_root.Issue("a", [], TestCa.ServerAuthentication), Expecting).Should().Contain("is for no name at all, not for 'b'");
    }

    [TestCase("a\r\nall is well", @"a\r\nall is well")]
    [TestCase("a\u001b[31m", @"a\u001b[31m")]
    public void A_subject_or_name_cannot_forge_a_line(string text, string escaped)
    {
        using var stranger = Certificate(text, text);
        using var named = Certificate("a", text, issuedByRoot: true);

        Explain(stranger).Should().Contain(escaped, Exactly.Twice()).And.NotContainAny("\n", "\u001b");
        Explain(named, NoNames).Should().Contain(escaped).And.NotContainAny("\n", "\u001b");
    }

    [Test]
    public void Text_of_60_KB_is_cut_off_in_the_subject_and_in_every_name()
    {
        using var stranger = Certificate(new string('a', 60_000), "a");
        using var longName = Certificate("a", new string('a', 60_000), issuedByRoot: true);
        using var manyNames = Certificate("a", [.. Enumerable.Range(0, 6_000).Select(i => $"name-{i}")], issuedByRoot: true);

        Explain(stranger).Length.Should().BeLessThan(MaxLength);
        Explain(longName, NoNames).Length.Should().BeLessThan(MaxLength);
        Explain(manyNames, NoNames).Should().Contain("'name-19'").And.NotContain("'name-20'").And.Contain(" and 5980 more").And.Match(text => text.Length < MaxLength);
    }

    [Test]
    public void Every_reason_that_is_about_a_certificate_has_its_own_words()
    {
        using var chain = new X509Chain();
        chain.Build(_root.Certificate);
        var text = new RejectionText(new PeerVerifier(PeerRole.Client, TrustBundle.Empty), _root.Certificate, SubjectNames.None, chain);
        var reasons = Enum.GetValues<ConnectionFailureReason>().SkipWhile(reason => reason != ConnectionFailureReason.UntrustedRoot)
            .TakeWhile(reason => reason != ConnectionFailureReason.ClientCertificateRejected).ToList();

        reasons.ConvertAll(reason => text.Explain(reason, "a reason")).Should().OnlyHaveUniqueItems();
    }

    private static PeerVerifier NoNames(PeerVerifier verifier) => verifier with { AllowedSans = [SanPattern.Parse("allowed.example")] };

    private string Explain(TestCertificate peer, Func<PeerVerifier, PeerVerifier>? change = null) => Explain(peer.Leaf, change, [.. peer.Intermediates]);

    private string Explain(X509Certificate2 leaf, Func<PeerVerifier, PeerVerifier>? change = null, params X509Certificate2[] sent)
    {
        var verifier = new PeerVerifier(PeerRole.Server, new TrustBundle(ImmutableHashSet.Create(new CaCertificate(_root.Certificate)), ["ca.pem", "other.pem"]));
        var verdict = (change ?? (unchanged => unchanged))(verifier).VerifyAgain(leaf, [.. sent], SslPolicyErrors.None);
        verdict.IsAccepted.Should().BeFalse();
        return verdict.Explanation;
    }

    // To the letter: .NET's builder converts names.
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
