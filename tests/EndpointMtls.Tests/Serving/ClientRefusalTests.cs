using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Serving;

/// <summary>What the log says of clients that are refused: they may have written it themselves.</summary>
public sealed class ClientRefusalTests
{
    [Test]
    public void A_name_cannot_forge_a_line_of_the_log() =>
        ClientRefusal.NotListed(Named("a\r\nall is well")).Explanation.Should().Contain(@"a\r\nall is well").And.NotContain("\n");

    [Test]
    public void A_long_name_is_cut_off() =>
        ClientRefusal.NotListed(Named(new string('a', 100_000))).Explanation.Should().HaveLength(501);

    private static VerifiedClient Named(string name) => new()
    {
        Realm = "eu",
        Subject = "CN=a",
        Issuer = "CN=b",
        SerialNumber = "01",
        Thumbprint = "02",
        NotBefore = DateTimeOffset.MinValue,
        NotAfter = DateTimeOffset.MaxValue,
        DnsNames = [name],
        Anchor = "CN=b",
        AnchorThumbprint = "03",
    };
}
