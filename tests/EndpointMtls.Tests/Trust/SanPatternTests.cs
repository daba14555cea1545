using System.Net;

namespace EndpointMtls.Tests.Trust;

/// <summary>The names that each form of a pattern matches, and similar names that it does not match.</summary>
public sealed class SanPatternTests
{
    private const string Pod = "spiffe://prod.example/ns/store/sa/a";

    [TestCase("store.example.com", "store.example.com", true)]
    [TestCase("store.example.com", "STORE.Example.com", true)]
    [TestCase("Store.Example.COM.", "store.example.com", true)]
    [TestCase("store.example.com", "store.example.com.", true)]
    [TestCase("bücher.example", "xn--bcher-kva.example", true)]
    [TestCase("a_b.example", "a_b.example", true)]
    [TestCase("store.example.com", "a.store.example.com", false)]
    [TestCase("store.example.com", "example.com", false)]
    [TestCase("store.example.com", "*.example.com", false, Description = "a wildcard of the certificate is not expanded")]
    [TestCase("example.com", "*.example.com", false)]
    [TestCase("store.example.com", "store.example.com\0.evil.example", false)]
    [TestCase("*.example.com", "a.example.com", true)]
    [TestCase("*.example.com", "a.b.Example.com.", true)]
    [TestCase("*.example.com", "*.example.com", true, Description = "all names of that wildcard are beneath")]
    [TestCase("*.example.com", "*.eu.example.com", true)]
    [TestCase("*.example.com", "example.com", false)]
    [TestCase("*.example.com", ".example.com", false)]
    [TestCase("*.example.com", "badexample.com", false)]
    [TestCase("*.example.com", "*.com", false)]
    [TestCase("*.example.com", "a.*.example.com", false)]
    [TestCase("*.example.com", "a..example.com", false)]
    [TestCase("*.example.com", "a.example.com.evil.example", false)]
    [TestCase("*.example.com", "spiffe://x.example.com", false)]
    [TestCase("*.example.com", "ops@mail.example.com", false)]
    public void A_name_matches_DNS_names(string pattern, string name, bool matches) =>
        ShouldMatch(pattern, Client() with { DnsNames = ["other.example", name] }, matches);

    [TestCase("https://store.example/a", "https://store.example/a", true)]
    [TestCase("https://store.example/a", "https://store.example/a/", false)]
    [TestCase("https://store.example/a", "https://STORE.example/a", false, Description = "URIs are compared exactly")]
    [TestCase("https://store.example:8443/a?b=%C3%BC", "https://store.example:8443/a?b=%C3%BC", true)]
    [TestCase("https://store.example/*", "https://store.example/a/b", true)]
    [TestCase("https://store.example/a/*", "https://store.example/a/b", true)]
    [TestCase("https://store.example/*", "https://store.example/~a/b;c=1,2@d", true)]
    [TestCase("git+ssh://store.example/*", "git+ssh://store.example/a", true)]
    [TestCase("dns://store.example/a", "dns://store.example/a", true, Description = "a scheme, not a printed label")]
    [TestCase("https://store.example/a/*", "https://store.example/a", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a/", false)]
    [TestCase("https://store.example/a/*", "https://store.example/ab", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a/../b", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a/./b", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a/b/..", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a//b", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a/b/", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a/%2e%2e/b", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a/b?c", false)]
    [TestCase("https://store.example/a/*", "https://store.example/a/b#c", false)]
    [TestCase("https://store.example/a/*", @"https://store.example/a/..\b", false)]
    [TestCase("https://store.example/*", "https://store.example:1/a", false)]
    [TestCase("https://store.example/*", "https://me@store.example/a", false)]
    [TestCase("https://store.example/*", "https://store.example.evil/a", false)]
    [TestCase("https://store.example/a", "spiffe://store.example/a", false)]
    public void A_URI_matches_URIs(string pattern, string uri, bool matches) =>
        ShouldMatch(pattern, Client() with { Uris = ["spiffe://other.example/a", uri] }, matches);

    [TestCase(Pod, true)]
    [TestCase("spiffe://prod.example/*", true)]
    [TestCase("spiffe://prod.example/ns/*", true)]
    [TestCase("spiffe://prod.example/ns/store/sa/*", true)]
    [TestCase("spiffe://prod.example/ns/store/sa", false)]
    [TestCase("spiffe://prod.example/ns/store/sa/a/*", false, Description = "the prefix itself does not match")]
    [TestCase("spiffe://prod.example/ns/st/*", false)]
    [TestCase("spiffe://prod.example", false)]
    [TestCase("spiffe://prod/*", false)]
    [TestCase("spiffe://test.example/*", false)]
    [TestCase("https://prod.example/*", false)]
    public void A_SPIFFE_pattern_matches_the_SPIFFE_ID(string pattern, bool matches)
    {
        ShouldMatch(pattern, Client() with { Uris = [Pod] }, matches);
        ShouldMatch(pattern, Client() with { Uris = [Pod, "https://store.example/"] }, false);
    }

    [TestCase("spiffe://prod.example", true)]
    [TestCase("spiffe://prod.example/*", false, Description = "the prefix itself does not match")]
    public void A_wildcard_does_not_match_the_ID_of_the_trust_domain(string pattern, bool matches) =>
        ShouldMatch(pattern, Client() with { Uris = ["spiffe://prod.example"] }, matches);

    [TestCase("10.1.2.3", "10.1.2.3", true)]
    [TestCase("10.1.2.3", "10.1.2.4", false)]
    [TestCase("10.1.2.3", "::ffff:10.1.2.3", true)]
    [TestCase("::ffff:10.1.2.3", "10.1.2.3", true)]
    [TestCase("::10.1.2.3", "10.1.2.3", false)]
    [TestCase("10.0.0.0/8", "10.255.255.255", true)]
    [TestCase("10.0.0.0/8", "11.0.0.0", false)]
    [TestCase("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [TestCase("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [TestCase("0.0.0.0/0", "::1", false)]
    [TestCase("::/0", "10.1.2.3", false)]
    [TestCase("::/0", "::ffff:10.1.2.3", false, Description = "it counts as the IPv4 address")]
    [TestCase("2001:DB8:0::1", "2001:db8::1", true)]
    [TestCase("2001:db8::/32", "2001:db8:ffff::1", true)]
    [TestCase("2001:db8::/32", "2001:db9::1", false)]
    [TestCase("10.1.2.3/32", "10.1.2.3", true)]
    public void An_address_matches_IP_addresses(string pattern, string address, bool matches) =>
        ShouldMatch(pattern, Client() with { IPAddresses = [IPAddress.Parse(address)] }, matches);

    [TestCase("ops@example.com", "ops@example.com", true)]
    [TestCase("ops@example.com", "ops@EXAMPLE.com", true)]
    [TestCase("ops@Example.com", "ops@example.com.", true)]
    [TestCase("ops@example.com", "Ops@example.com", false)]
    [TestCase("ops@example.com", "dev@example.com", false)]
    [TestCase("ops@example.com", "ops@eu.example.com", false)]
    [TestCase("*@example.com", "any.one+tag@example.com", true)]
    [TestCase("*@example.com", "ops@eu.example.com", false)]
    [TestCase("*@example.com", "\"ops\"@example.com", false)]
    [TestCase("*@example.com", "ops\0@example.com", false)]
    [TestCase("*@example.com", "@example.com", false)]
    [TestCase("*@example.com", "example.com", false)]
    [TestCase("*@example.com", "ops@evil.example@example.com", false)]
    [TestCase("*@example.com", "ops@example.com@evil.example", false)]
    [TestCase("*@example.com", "\"ops@evil.example\"@example.com", false)]
    public void An_e_mail_address_matches_e_mail_addresses(string pattern, string address, bool matches) =>
        ShouldMatch(pattern, Client() with { EmailAddresses = ["me@other.example", address] }, matches);

    [TestCase("store.example.com")]
    [TestCase("*.com")]
    [TestCase(Pod)]
    [TestCase("10.0.0.0/8")]
    [TestCase("*@example.com")]
    public void No_pattern_matches_the_subject(string pattern) =>
        ShouldMatch(pattern, Client() with { Subject = $"CN={pattern}" }, false);

    [Test]
    public void ToString_returns_the_pattern_as_it_was_written() => SanPattern.Parse("Store.Example.com.").ToString().Should().Be("Store.Example.com.");

    internal static VerifiedClient Client() => new()
    {
        Realm = "eu",
        Subject = "CN=store",
        Issuer = "CN=eu",
        SerialNumber = "01",
        Thumbprint = "AA",
        NotBefore = default,
        NotAfter = default,
        Anchor = "CN=eu",
        AnchorThumbprint = "BB",
    };

    private static void ShouldMatch(string pattern, VerifiedClient client, bool matches) => SanPattern.Parse(pattern).Matches(client).Should().Be(matches);
}
