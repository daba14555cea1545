using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>A peer cannot make the verifier build many long paths.</summary>
public sealed class ChainPathsTests
{
    [Test]
    public void Builds_few_other_paths_for_a_long_chain_in_which_each_CA_has_two_certificates()
    {
        var (issuer, sent) = (TestCa.CreateRoot("untrusted"), new X509Certificate2Collection());
        for (var number = 0; number < 30; number++)
        {
            var team = issuer.CreateIntermediate($"team {number}");
            sent.AddRange(new[] { team.Certificate, issuer.CrossSign(team) });
            issuer = team;
        }

        var leaf = issuer.IssueServer("a").Leaf;
        var trusted = new TrustBundle([new CaCertificate(TestCa.CreateRoot("root").Certificate)], ["ca.pem"]);
        using var chain = new X509Chain { ChainPolicy = new PeerVerifier(PeerRole.Server, trusted).CreateChainPolicy() };
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        chain.Build(leaf).Should().BeFalse();

        ChainPaths.Others(leaf, chain).Sum(path => path.ChainElements.Count).Should().BeInRange(31, 64);
    }
}
