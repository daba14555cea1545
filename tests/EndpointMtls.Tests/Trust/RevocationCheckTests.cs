using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>Servers and clients are rejected if a CRL revokes a certificate of their chain.</summary>
[TestFixture("Server")]
[TestFixture("Client")]
public sealed class RevocationCheckTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PeerRole _role;
    private readonly TestCa _root = TestCa.CreateRoot("root");
    private readonly TestCa _team;
    private readonly TestCertificate _peer;

    public RevocationCheckTests(string peer)
    {
        _role = Enum.Parse<PeerRole>(peer);
        _team = _root.CreateIntermediate("team");
        _peer = Issue(_team);
    }

    [Test]
    public void Rejects_a_revoked_leaf()
    {
        var verdict = Verify(CrlMode.Prefer, Crl(_team, _peer.Leaf));

        verdict.Reason.Should().Be(ConnectionFailureReason.Revoked);
        verdict.Explanation.Should().Contain($"'CN=peer' (serial number {_peer.Leaf.SerialNumber})");
        verdict.Explanation.Replace(_peer.Leaf.SerialNumber, "4A", StringComparison.Ordinal).Should().BeApproved();
        Verify(CrlMode.Prefer, Crl(_team, Issue(_team).Leaf)).Reason.Should().BeNull("it revokes another certificate");
    }

    [Test]
    public void Rejects_a_revoked_intermediate()
    {
        var verdict = Verify(CrlMode.Prefer, Crl(_root, _team.Certificate));

        verdict.Reason.Should().Be(ConnectionFailureReason.Revoked);
        verdict.Explanation.Should().Contain("the CRL of 'CN=root'").And.Contain($"'CN=team' (serial number {_team.Certificate.SerialNumber})");
    }

    [Test]
    public void A_trust_anchor_cannot_be_revoked() => Verify(CrlMode.Prefer, Crl(_root, _root.Certificate)).Reason.Should().BeNull();

    [Test]
    public void A_list_of_a_foreign_signer_with_the_same_name_does_not_count()
    {
        var foreign = Crl(TestCa.CreateRoot("team"), _peer.Leaf);

        Verify(CrlMode.Prefer, foreign).Reason.Should().BeNull();
        Verify(CrlMode.Require, foreign, Crl(_root)).Reason.Should().Be(ConnectionFailureReason.RevocationUnknown);
    }

    [Test]
    public void A_list_revokes_even_if_a_certificate_of_its_CA_does_not_permit_to_sign_it()
    {
        X509Certificate2[] limited = [_root.CrossSign(_team, X509KeyUsageFlags.KeyCertSign)];

        foreach (var sent in new X509Certificate2[][] { limited, [_team.Certificate, .. limited], [.. limited, _team.Certificate] })
        {
            Verifier(CrlMode.Prefer, [Crl(_team, _peer.Leaf)], _root).VerifyAgain(_peer.Leaf, [.. sent], SslPolicyErrors.None, Now)
                .Reason.Should().Be(ConnectionFailureReason.Revoked, "the peer selects which certificates of its CA it sends");
        }

        var verdict = Verifier(CrlMode.Require, [Crl(_root), Crl(_team)], _root).VerifyAgain(_peer.Leaf, [.. limited], SslPolicyErrors.None, Now);
        verdict.Reason.Should().Be(ConnectionFailureReason.RevocationUnknown);
        verdict.Explanation.Should().BeApproved();
    }

    [TestCase("80")]
    [TestCase("FF0102")]
    [TestCase("7FFF")]
    public void Rejects_a_revoked_leaf_whatever_the_first_bit_of_its_serial_number_is(string serial)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256);
        var generator = X509SignatureGenerator.CreateForECDsa(_root.Certificate.GetECDsaPrivateKey()!);
        using var leaf = request.Create(_root.Certificate.SubjectName, generator, Now, Now.AddYears(1), Convert.FromHexString(serial));

        Verifier(CrlMode.Prefer, [Crl(_root, leaf)], _root).VerifyAgain(leaf, [], SslPolicyErrors.None, Now)
            .Reason.Should().Be(ConnectionFailureReason.Revoked);
        Verifier(CrlMode.Prefer, [Crl(_root, _peer.Leaf)], _root).VerifyAgain(leaf, [], SslPolicyErrors.None, Now).Reason.Should().BeNull();
    }

    [Test]
    public void A_list_of_another_CA_does_not_count() => Verify(CrlMode.Prefer, Crl(_root, _peer.Leaf)).Reason.Should().BeNull();

    [Test]
    public void The_newest_list_counts()
    {
        var (first, second) = (new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2025, 1, 2, 0, 0, 0, TimeSpan.Zero));
        var revoked = RevocationListReader.Read(_team.IssueCrl([_peer.Leaf], first, null));
        var released = RevocationListReader.Read(_team.IssueCrl([], second, null));

        Verify(CrlMode.Prefer, revoked, released).Reason.Should().BeNull("a certificate on hold was released");
        Verify(CrlMode.Prefer, revoked).Reason.Should().Be(ConnectionFailureReason.Revoked);
    }

    [Test]
    public void An_expired_list_still_revokes()
    {
        Verify(CrlMode.Prefer, Expired(_team, _peer.Leaf)).Reason.Should().Be(ConnectionFailureReason.Revoked);
        Verify(CrlMode.Require, Expired(_team, _peer.Leaf)).Reason.Should().Be(ConnectionFailureReason.Revoked, "that is more than unknown");
        Verify(CrlMode.Prefer, Expired(_team)).Reason.Should().BeNull();
    }

    [Test]
    public void Require_needs_a_current_list_of_each_CA()
    {
        var verdicts = new[]
        {
            Verify(CrlMode.Require),
            Verify(CrlMode.Require, Crl(_team)),
            Verify(CrlMode.Require, Crl(_root), Expired(_team)),
        };

        Verify(CrlMode.Require, Crl(_root), Crl(_team)).Reason.Should().BeNull();
        verdicts.Should().OnlyContain(verdict => verdict.Reason == ConnectionFailureReason.RevocationUnknown);
        verdicts.Select(verdict => verdict.Explanation).Should().BeApproved();
    }

    [Test]
    public void Accepts_another_path_without_the_revoked_certificate()
    {
        var other = TestCa.CreateRoot("other");
        var crossSigned = other.CrossSign(_team);
        var verifier = Verifier(CrlMode.Prefer, [Crl(_root, _team.Certificate)], _root, other);

        verifier.VerifyAgain(_peer.Leaf, [_team.Certificate, crossSigned], SslPolicyErrors.None, Now).Reason.Should().BeNull();
        (verifier with { Trusted = Bundle(_root) }).VerifyAgain(_peer.Leaf, [_team.Certificate, crossSigned], SslPolicyErrors.None, Now)
            .Reason.Should().Be(ConnectionFailureReason.Revoked);
    }

    [Test]
    public void Gives_the_most_important_of_several_reasons()
    {
        var verifier = Verifier(CrlMode.Prefer, [Crl(_team, _peer.Leaf)], _root) with { AllowedSans = [SanPattern.Parse("other.example")] };
        X509Certificate2Collection sent = [_team.Certificate];

        verifier.VerifyAgain(_peer.Leaf, sent, SslPolicyErrors.None, Now).Reason.Should().Be(ConnectionFailureReason.Revoked);
        verifier.VerifyAgain(_peer.Leaf, sent, SslPolicyErrors.None, Now.AddYears(200)).Reason.Should().Be(ConnectionFailureReason.Expired);
    }

    [Test]
    public void An_accepted_peer_that_is_revoked_later_is_not_accepted_any_more()
    {
        var chain = (Verifier(CrlMode.Prefer, [], _root) with { KeepsChain = true })
            .VerifyAgain(_peer.Leaf, [_team.Certificate], SslPolicyErrors.None, Now).Chain!;

        Verifier(CrlMode.Prefer, [Crl(_team)], _root).StillAccepts(chain).Should().BeTrue();
        Verifier(CrlMode.Require, [Crl(_root), Expired(_team)], _root).StillAccepts(chain).Should().BeTrue("expiry does not count");
        Verifier(CrlMode.Prefer, [Crl(_team, _peer.Leaf)], _root).StillAccepts(chain).Should().BeFalse();
    }

    private TestCertificate Issue(TestCa ca) =>
        ca.Issue("peer", ["peer.example"], _role == PeerRole.Server ? TestCa.ServerAuthentication : TestCa.ClientAuthentication);

    private static RevocationList Crl(TestCa ca, params X509Certificate2[] revoked) => RevocationListReader.Read(ca.IssueCrl(revoked, null, null));

    private static RevocationList Expired(TestCa ca, params X509Certificate2[] revoked) =>
        RevocationListReader.Read(ca.IssueCrl(revoked, null, Now.AddDays(-1)));

    private static TrustBundle Bundle(params TestCa[] roots) => new([.. roots.Select(root => new CaCertificate(root.Certificate))], ["ca.pem"]);

    private PeerVerifier Verifier(CrlMode mode, RevocationList[] lists, params TestCa[] roots) =>
        new(_role, Bundle(roots)) { Revocation = new RevocationCheck(new RevocationLists(lists), mode) };

    private PeerVerdict Verify(CrlMode mode, params RevocationList[] lists) =>
        Verifier(mode, lists, _root).VerifyAgain(_peer.Leaf, [.. _peer.Intermediates], SslPolicyErrors.None, Now);
}
