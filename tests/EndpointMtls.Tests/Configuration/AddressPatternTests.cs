using EndpointMtls.Configuration;

namespace EndpointMtls.Tests.Configuration;

public sealed class AddressPatternTests
{
    [TestCase("store-1:443", "store-1:443", true)]
    [TestCase("store-1:443", "store-1:444", false)]
    [TestCase("store-1", "store-1:444", true)]
    [TestCase("STORE-1", "store-1:444", true)]
    [TestCase("store-1", "store-10:444", false)]
    [TestCase("*.eu.example.com", "a.eu.example.com:1", true)]
    [TestCase("*.eu.example.com", "a.b.eu.example.com:1", true)]
    [TestCase("*.eu.example.com", "eu.example.com:1", false)]
    [TestCase("*.eu.example.com", "aeu.example.com:1", false)]
    [TestCase("*.eu.example.com:443", "a.eu.example.com:443", true)]
    [TestCase("*.eu.example.com:443", "a.eu.example.com:444", false)]
    [TestCase("10.8.0.0/16", "10.8.255.1:1", true)]
    [TestCase("10.8.0.0/16", "10.9.0.1:1", false)]
    [TestCase("10.8.0.0/16", "store-1:1", false)]
    [TestCase("10.8.0.0/16:443", "10.8.0.1:444", false)]
    [TestCase("fd00::/8", "[fd12::1]:1", true)]
    [TestCase("fd00::/8", "[fe80::1]:1", false)]
    [TestCase("[::1]", "[::1]:1", true)]
    [TestCase("[::1]:2", "[::1]:1", false)]
    [TestCase(":10901", "anything:10901", true)]
    [TestCase(":10901", "anything:10902", false)]
    [TestCase("*", "anything:1", true)]
    [TestCase("*.bücher.example", "a.xn--bcher-kva.example:1", true)]
    public void Matches_what_it_says_and_nothing_else(string text, string address, bool expected)
    {
        AddressPattern.TryParse(text, out var pattern, out var problem).Should().BeTrue(problem);
        EndpointAddress.TryParse(address, out var parsed, out _).Should().BeTrue();

        pattern!.Matches(parsed).Should().Be(expected);
    }

    [TestCase("")]
    [TestCase(":")]
    [TestCase(":0")]
    [TestCase("*x.example.com")]
    [TestCase("*.")]
    [TestCase("[]:443")]
    [TestCase("[*]")]
    [TestCase("][a")]
    [TestCase("[store]")]
    [TestCase("a.*.example.com")]
    [TestCase("10.8.0.1/16")]
    [TestCase("10.8.0.0/33")]
    [TestCase("host:99999")]
    [TestCase("https://host")]
    public void Rejects_what_is_not_a_pattern(string text) =>
        AddressPattern.TryParse(text, out _, out _).Should().BeFalse();
}
