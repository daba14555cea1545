using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>Of several findings the gravest is told.</summary>
public sealed class ServerCertificateVerdictTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("root");
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_stranger_is_a_stranger_also_when_expired() =>
        Judge(TestAuthority.CreateRoot("other").Issue("old", ["other.name"], TestAuthority.ServerAuthentication, notAfter: Now.AddDays(-1)), SslPolicyErrors.RemoteCertificateNameMismatch)
            .Refusal.Should().Be(ConnectionFailureReason.UntrustedRoot);

    [Test]
    public void An_expired_one_is_expired_also_under_another_name() =>
        Judge(Root.Issue("old", ["other.name"], TestAuthority.ServerAuthentication, notAfter: Now.AddDays(-1)), SslPolicyErrors.RemoteCertificateNameMismatch)
            .Refusal.Should().Be(ConnectionFailureReason.Expired);

    [Test]
    public void An_invalid_chain_without_a_known_status_is_not_a_matter_of_names()
    {
        var verdict = new ServerCertificateVerdict(Now);

        verdict.Check(this, Root.IssueServer("a").Leaf, null, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch).Should().BeFalse();

        verdict.Refusal.Should().Be(ConnectionFailureReason.InvalidChain);
    }

    [Test]
    public void An_expired_intermediate_is_dated_by_itself()
    {
        var intermediate = Root.CreateIntermediate("intermediate", Now.AddDays(-1));
        var verdict = Judge(intermediate.IssueServer("a"), SslPolicyErrors.None);

        verdict.Refusal.Should().Be(ConnectionFailureReason.Expired);
        verdict.NotAfter.Should().Be(Now.AddDays(-1));
    }

    [Test]
    public void One_without_fault_is_not_refused()
    {
        var verdict = Judge(Root.IssueServer("a"), SslPolicyErrors.None);

        verdict.Refusal.Should().BeNull();
        verdict.Subject.Should().Be("CN=server a");
    }

    private static ServerCertificateVerdict Judge(TestCertificate certificate, SslPolicyErrors errors)
    {
        using var chain = new X509Chain { ChainPolicy = EchoServer.Trust(Root) };
        chain.ChainPolicy.ExtraStore.AddRange(certificate.Intermediates.ToArray());
        chain.ChainPolicy.VerificationTime = Now.UtcDateTime;
        var chainErrors = chain.Build(certificate.Leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        var verdict = new ServerCertificateVerdict(Now);
        verdict.Check(chain, certificate.Leaf, chain, errors | chainErrors);
        return verdict;
    }
}
