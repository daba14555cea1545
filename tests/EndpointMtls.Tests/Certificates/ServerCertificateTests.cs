using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Which certificates a server may present.</summary>
public sealed class ServerCertificateTests
{
    private readonly TestCa _root = TestCa.CreateRoot("root");

    [TestCase("1.3.6.1.5.5.7.3.1", true)]
    [TestCase("2.5.29.37.0", true, Description = "any usage")]
    [TestCase("1.3.6.1.5.5.7.3.2", false)]
    public void Its_usage_decides(string usage, bool isForServers) => ExtendedKeyUsage.AllowsServer(_root.Issue("a", ["a"], new Oid(usage)).Leaf).Should().Be(isForServers);

    [Test]
    public void One_that_says_nothing_of_its_usage_will_do() => ExtendedKeyUsage.AllowsServer(_root.AsLeaf().Leaf).Should().BeTrue();
}
