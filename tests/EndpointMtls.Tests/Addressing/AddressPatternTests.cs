using EndpointMtls.Addressing;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Addressing;

/// <summary>Which texts are patterns, and which addresses they match.</summary>
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
    [TestCase("*.EU.example.com.", "a.eu.example.com:1", true)]
    [TestCase("*.a", "unix:/run/x.a", false)]
    [TestCase("::1", "[::1]:1", true)]
    [TestCase("10.0.0.1", "10.0.0.1:1", true)]
    [TestCase("10.0.0.1/32", "10.0.0.1:1", true)]
    [TestCase("10.0.0.1/32", "10.0.0.2:1", false)]
    [TestCase("0.0.0.0/0", "10.0.0.1:1", true)]
    [TestCase("0.0.0.0/0", "[::1]:1", false)]
    [TestCase("::/0", "[fe80::1]:1", true)]
    [TestCase("::/0", "10.0.0.1:1", false)]
    [TestCase("10.8.0.0/16", "[::ffff:10.8.0.1]:1", true)]
    [TestCase("::ffff:10.8.0.0/112", "10.8.0.1:1", true)]
    [TestCase("::ffff:10.8.0.0/112", "10.9.0.1:1", false)]
    [TestCase("[fd00::/8]:443", "[fd12::1]:443", true)]
    [TestCase("[fd00::/8]:443", "[fd12::1]:444", false)]
    [TestCase("*:443", "anything:443", true)]
    [TestCase("*:443", "anything:444", false)]
    [TestCase("*", "unix:/run/store.sock", true)]
    [TestCase(":443", "unix:/run/store.sock", false)]
    [TestCase("*:443", "unix:/run/store.sock", false)]
    [TestCase("unix:///run/store.sock", "unix:/run/store.sock", true)]
    [TestCase("unix:/run/store.sock", "unix:/run/Store.sock", false)]
    [TestCase("unix:/run", "unix:/run/store.sock", false)]
    public void Matches_these_addresses_and_no_others(string text, string address, bool expected)
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
    [TestCase("host:0443")]
    [TestCase("https://host")]
    [TestCase("dnssrv+host")]
    [TestCase("?.example.com")]
    [TestCase("store-.*")]
    [TestCase("/store.*/")]
    [TestCase("*.10.0.0.1")]
    [TestCase("*.::1")]
    [TestCase("*..example.com")]
    [TestCase("127.1")]
    [TestCase("10.8/16")]
    [TestCase("010.8.0.0/16")]
    [TestCase("10.8.0.0/016")]
    [TestCase("10.8.0.0/-1")]
    [TestCase("10.8.0.0/")]
    [TestCase("10.8.0.0/16/8")]
    [TestCase("store/16")]
    [TestCase("fd00::/129")]
    [TestCase("fd00::/8:443")]
    [TestCase("fe80::%eth0/64")]
    [TestCase("::ffff:10.0.0.0/95")]
    [TestCase("[10.8.0.0/16]:443")]
    [TestCase("unix:")]
    [TestCase("unix:store.sock")]
    [TestCase("unix:/run/*.sock")]
    public void Rejects_invalid_patterns(string text) =>
        AddressPattern.TryParse(text, out _, out _).Should().BeFalse();

    [TestCase("host:*")]
    [TestCase("10.8.0.1/16")]
    [TestCase("a*")]
    [TestCase("unix:/run/*")]
    [TestCase("unix:a")]
    public void Explains_an_invalid_pattern(string text)
    {
        AddressPattern.TryParse(text, out _, out var problem).Should().BeFalse();
        problem.Should().BeApproved();
    }

    [TestCase("Store-1:443", "store-1:443")]
    [TestCase("10.0.0.1/32:443", "10.0.0.1:443")]
    [TestCase("unix:///run/store.sock", "unix:/run/store.sock")]
    [TestCase("store-1", null)]
    [TestCase("10.0.0.0/31:443", null)]
    [TestCase(":443", null)]
    public void Has_a_literal_only_if_it_matches_one_address(string text, string? literal)
    {
        AddressPattern.TryParse(text, out var pattern, out _).Should().BeTrue();

        pattern!.Literal?.ToString().Should().Be(literal);
        pattern.Text.Should().Be(text);
    }
}
