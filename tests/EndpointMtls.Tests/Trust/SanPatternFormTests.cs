using System.Net;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Trust;

/// <summary>What is no pattern, what to write instead, and that the form alone decides what a pattern is compared with.</summary>
public sealed class SanPatternFormTests
{
    private static readonly string[][] ByKind =
    [
        ["a.example", "*.example", "b.a.example", "10.example"],
        ["spiffe://a.example/b", "spiffe://a.example/*", "https://a.example/", "https://a.example/*", "https://b@a.example/c"],
        ["10.0.0.1", "10.0.0.0/8", "::1", "::/0", "::ffff:10.0.0.1"],
        ["a@a.example", "*@a.example", "10.0.0.1@a.example"],
    ];

    [TestCase(null, "it is empty. Patterns look like 'store.example.com'")]
    [TestCase("", "it is empty")]
    [TestCase(" ", "has white space or something invisible in it. Leave that away")]
    [TestCase("a.example ", "white space")]
    [TestCase("a.example, b.example", "white space")]
    [TestCase("a.example\n", @"'a.example\n' has white space or something invisible")]
    [TestCase("a\u200b.example", "invisible")]
    [TestCase("spiffe://prod.example/a\u0001", "invisible")]
    [TestCase("*", "'*' alone says nothing about a client. Leave the patterns away to let in every client that is verified")]
    public void What_says_nothing_is_refused(string? text, string problem) => ShouldBeRefused(text, problem);

    [TestCase("*.", "there is no name behind '*.'. Write it like '*.example.com'")]
    [TestCase("*.*.example.com", "'*' stands for whole labels at the beginning")]
    [TestCase("a.*.example.com", "'*' stands for whole labels at the beginning")]
    [TestCase("a*.example.com", "'*' stands for whole labels at the beginning")]
    [TestCase("*example.com", "'*' stands for whole labels at the beginning")]
    [TestCase("**", "'*' stands for whole labels at the beginning")]
    [TestCase(".example.com", "Write '*.example.com' for every name beneath")]
    [TestCase("*.10.0.0.1", "there are no names beneath an IP address")]
    [TestCase("a.example:443", "names in certificates have no port. Leave ':443' away")]
    [TestCase("a.example/b", "it is none of 'store.example.com', '*.example.com'")]
    [TestCase(".", "Look for stray characters")]
    [TestCase("a..example", "Look for stray characters")]
    [TestCase("a\\.example", "Look for stray characters")]
    [TestCase("CN=store", "Look for stray characters")]
    [TestCase("10.0.0", "Write four numbers from 0 to 255")]
    [TestCase("10.0.0.256", "Write four numbers from 0 to 255")]
    [TestCase("DNS:a.example", "'DNS:' is how a name is printed, and not part of it. Leave it away: 'a.example'")]
    [TestCase("URI:spiffe://prod.example/a", "Leave it away: 'spiffe://prod.example/a'")]
    [TestCase("IP Address:10.0.0.1", "Leave it away: '10.0.0.1'")]
    [TestCase("DNS:\ta.example", "Leave it away: 'a.example'")]
    [TestCase("email:a@a.example", "Leave it away: 'a@a.example'")]
    public void What_is_no_DNS_name_is_refused(string text, string problem) => ShouldBeRefused(text, problem);

    [TestCase("10.0.0.1/8", "'10.0.0.1/8' has bits set behind its prefix. Write '10.0.0.0/8' for the range, or leave '/…' away")]
    [TestCase("2001:db8::1/32", "Write '2001:db8::/32' for the range")]
    [TestCase("10.0.0.0/33", "is not an address range. Write it like '10.8.0.0/16'")]
    [TestCase("10.0.0.0/", "is not an address range")]
    [TestCase("10.0.0.0/08", "is not an address range")]
    [TestCase("10.0.0.0/8/8", "is not an address range")]
    [TestCase("[::1]", "have no brackets. Write '::1'")]
    public void What_is_no_IP_address_is_refused(string text, string problem) => ShouldBeRefused(text, problem);

    [TestCase("spiffe://Prod.example/a", "the trust domain of a SPIFFE ID has lower-case letters, digits, '.', '-' and '_' only. No client has the ID 'spiffe://Prod.example/a': correct it")]
    [TestCase("SPIFFE://prod.example/a", "begins with 'spiffe://', in lower case")]
    [TestCase("spiffe://prod.example/", "does not end in '/'. Write 'spiffe://prod.example' for that ID, and 'spiffe://prod.example/*' for all beneath")]
    [TestCase("spiffe://prod.example/a/", "Write 'spiffe://prod.example/a' for that ID, and 'spiffe://prod.example/a/*' for all beneath")]
    [TestCase("spiffe://prod~a/b", "the trust domain of a SPIFFE ID has lower-case letters, digits, '.', '-' and '_' only")]
    [TestCase("spiffe://bücher.example/a", "the trust domain of a SPIFFE ID has lower-case letters, digits, '.', '-' and '_' only")]
    [TestCase("spiffe://prod.example/~a", "the path of a SPIFFE ID has letters, digits, '.', '-' and '_' only")]
    [TestCase("spiffe://prod.example/ü/*", "the path of a SPIFFE ID has letters, digits, '.', '-' and '_' only. No client has the ID 'spiffe://prod.example/ü', or one beneath: correct it")]
    [TestCase("spiffe://prod.example//*", "no empty segment")]
    [TestCase("spiffe://prod.example/a/../b", "no '.' and no '..'")]
    [TestCase("spiffe://prod.example/a%20b/*", "the path of a SPIFFE ID has letters, digits")]
    [TestCase("spiffe://prod.example/a?b", "the path of a SPIFFE ID has letters, digits")]
    [TestCase("spiffe://prod.example:443/*", "the trust domain of a SPIFFE ID has lower-case letters")]
    [TestCase("spiffe://me@prod.example/a", "the trust domain of a SPIFFE ID has lower-case letters")]
    [TestCase("spiffe://*", "a SPIFFE ID has a trust domain")]
    [TestCase("spiffe:///a", "a SPIFFE ID has a trust domain")]
    [TestCase("spiffe://*/a", "'*' stands for a path behind the last '/'")]
    [TestCase("spiffe://prod.example/a*", "'*' stands for a path behind the last '/'")]
    [TestCase("spiffe://prod.example/*/a", "'*' stands for a path behind the last '/'")]
    [TestCase("*://prod.example/a", "'*' stands for a path behind the last '/'")]
    [TestCase("://prod.example/a", "is not a URI")]
    [TestCase("1a://prod.example", "is not a URI")]
    [TestCase("https://bücher.example/", "a URI in a certificate is ASCII")]
    [TestCase("https://*", "nothing is taken to lie beneath 'https://'")]
    [TestCase("https://a.example:8443/*", "nothing is taken to lie beneath 'https://a.example:8443'")]
    [TestCase("https://a.example/b%20c/*", "nothing is taken to lie beneath")]
    [TestCase("https://a.example//*", "nothing is taken to lie beneath")]
    public void What_no_URI_of_a_client_can_match_is_refused(string text, string problem) => ShouldBeRefused(text, problem);

    [TestCase("@a.example", "is not an e-mail address")]
    [TestCase("a@", "is not an e-mail address")]
    [TestCase("a@b@a.example", "is not an e-mail address")]
    [TestCase("*@*.example", "'*' stands for all that is before '@'")]
    [TestCase("a*@a.example", "'*' stands for all that is before '@'")]
    [TestCase("\"a\"@a.example", "is not an e-mail address of plain letters")]
    [TestCase("a@10.0.0.1", "is not the name of a domain")]
    [TestCase("a@a..example", "is not the name of a domain")]
    public void What_is_no_e_mail_address_is_refused(string text, string problem) => ShouldBeRefused(text, problem);

    [TestCase(255, 0, true)]
    [TestCase(256, 0, false)]
    [TestCase(10, 2048, true)]
    [TestCase(10, 2049, false)]
    public void A_SPIFFE_ID_is_only_so_long(int trustDomain, int whole, bool isRead)
    {
        var id = $"spiffe://{new string('a', trustDomain)}/b".PadRight(whole, 'b');

        SanPattern.TryParse(id, out _, out _).Should().Be(isRead);
        SanPattern.TryParse($"{id[..^2]}/*", out _, out _).Should().Be(isRead, "an ID of that length lies beneath");
    }

    [Test]
    public void Parse_says_what_is_wrong() => FluentActions.Invoking(() => SanPattern.Parse("*."))
        .Should().Throw<FormatException>().WithMessage("'*.' is not a pattern: there is no name behind '*.'. Write it like '*.example.com'.");

    [Test]
    public void A_pattern_matches_names_of_its_own_kind_only()
    {
        var names = Gen.Elements(ByKind.SelectMany(kind => kind).ToArray());
        var matched = 0;

        Prop.ForAll(Gen.Choose(0, 3).SelectMany(kind => Gen.Elements(ByKind[kind]).Select(pattern => (kind, pattern))).Zip(names.ListOf(6)).ToArbitrary(), generated =>
        {
            var ((kind, pattern), found) = generated;
            matched += SanPattern.Parse(pattern).Matches(ClientOf(other => other == kind, found)) ? 1 : 0;
            return !SanPattern.Parse(pattern).Matches(ClientOf(other => other != kind, found));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

        matched.Should().BeGreaterThan(500, "otherwise nothing was tried");
    }

    // Every text under every kind that is asked for, whether it looks like one or not.
    private static VerifiedClient ClientOf(Func<int, bool> has, IEnumerable<string> names) => SanPatternTests.Client() with
    {
        DnsNames = has(0) ? [.. names] : [],
        Uris = has(1) ? [names.First()] : [], // A certificate with two URIs has no SPIFFE ID.
        IPAddresses = has(2) ? [.. names.Select(name => IPAddress.TryParse(name, out var address) ? address : IPAddress.None)] : [],
        EmailAddresses = has(3) ? [.. names] : [],
    };

    private static void ShouldBeRefused(string? text, string problem)
    {
        SanPattern.TryParse(text, out var pattern, out var found).Should().BeFalse();

        pattern.Should().BeNull();
        found.Should().Contain(problem).And.NotEndWith(".");
        FluentActions.Invoking(() => SanPattern.Parse(text!)).Should().Throw<FormatException>().WithMessage($"*{found!.Replace("*", "?", StringComparison.Ordinal)}.");
    }
}
