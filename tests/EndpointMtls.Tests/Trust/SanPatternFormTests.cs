using System.Net;
using EndpointMtls.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Trust;

/// <summary>Texts that are rejected as patterns, with a fix. The form of a pattern decides which kind of name it matches.</summary>
public sealed class SanPatternFormTests
{
    private static readonly string[][] ByKind =
    [
        ["a.example", "*.example", "b.a.example", "10.example"],
        ["spiffe://a.example/b", "spiffe://a.example/*", "https://a.example/", "https://a.example/*", "https://b@a.example/c"],
        ["10.0.0.1", "10.0.0.0/8", "::1", "::/0", "::ffff:10.0.0.1"],
        ["a@a.example", "*@a.example", "10.0.0.1@a.example"],
    ];

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("a.example ")]
    [TestCase("a.example, b.example")]
    [TestCase("a.example\n")]
    [TestCase("a\u200b.example", TestName = "Rejects_empty_blank_and_invisible_text(zero-width space)")]
    [TestCase("spiffe://prod.example/a\u0001", TestName = "Rejects_empty_blank_and_invisible_text(control character)")]
    [TestCase("*")]
    public void Rejects_empty_blank_and_invisible_text(string? text) => ShouldBeRejected(text);

    [TestCase("*.")]
    [TestCase("*.*.example.com")]
    [TestCase("a.*.example.com")]
    [TestCase("a*.example.com")]
    [TestCase("*example.com")]
    [TestCase("**")]
    [TestCase(".example.com")]
    [TestCase("*.10.0.0.1")]
    [TestCase("a.example:443")]
    [TestCase("a.example/b")]
    [TestCase(".")]
    [TestCase("a..example")]
    [TestCase("a\\.example")]
    [TestCase("CN=store")]
    [TestCase("10.0.0")]
    [TestCase("10.0.0.256")]
    [TestCase("DNS:a.example")]
    [TestCase("URI:spiffe://prod.example/a")]
    [TestCase("IP Address:10.0.0.1")]
    [TestCase("DNS:\ta.example")]
    [TestCase("email:a@a.example")]
    public void Rejects_an_invalid_DNS_name(string text) => ShouldBeRejected(text);

    [TestCase("10.0.0.1/8")]
    [TestCase("2001:db8::1/32")]
    [TestCase("10.0.0.0/33")]
    [TestCase("10.0.0.0/")]
    [TestCase("10.0.0.0/08")]
    [TestCase("10.0.0.0/8/8")]
    [TestCase("[::1]")]
    public void Rejects_an_invalid_IP_address(string text) => ShouldBeRejected(text);

    [TestCase("spiffe://Prod.example/a")]
    [TestCase("SPIFFE://prod.example/a")]
    [TestCase("spiffe://prod.example/")]
    [TestCase("spiffe://prod.example/a/")]
    [TestCase("spiffe://prod~a/b")]
    [TestCase("spiffe://bücher.example/a")]
    [TestCase("spiffe://prod.example/~a")]
    [TestCase("spiffe://prod.example/ü/*")]
    [TestCase("spiffe://prod.example//*")]
    [TestCase("spiffe://prod.example/a/../b")]
    [TestCase("spiffe://prod.example/a%20b/*")]
    [TestCase("spiffe://prod.example/a?b")]
    [TestCase("spiffe://prod.example:443/*")]
    [TestCase("spiffe://me@prod.example/a")]
    [TestCase("spiffe://*")]
    [TestCase("spiffe:///a")]
    [TestCase("spiffe://*/a")]
    [TestCase("spiffe://prod.example/a*")]
    [TestCase("spiffe://prod.example/*/a")]
    [TestCase("*://prod.example/a")]
    [TestCase("://prod.example/a")]
    [TestCase("1a://prod.example")]
    [TestCase("https://bücher.example/")]
    [TestCase("https://*")]
    [TestCase("https://a.example:8443/*")]
    [TestCase("https://a.example/b%20c/*")]
    [TestCase("https://a.example//*")]
    public void Rejects_a_pattern_that_no_URI_can_match(string text) => ShouldBeRejected(text);

    [TestCase("@a.example")]
    [TestCase("a@")]
    [TestCase("a@b@a.example")]
    [TestCase("*@*.example")]
    [TestCase("a*@a.example")]
    [TestCase("\"a\"@a.example")]
    [TestCase("a@10.0.0.1")]
    [TestCase("a@a..example")]
    public void Rejects_an_invalid_e_mail_address(string text) => ShouldBeRejected(text);

    [TestCase(255, 0, true)]
    [TestCase(256, 0, false)]
    [TestCase(10, 2048, true)]
    [TestCase(10, 2049, false)]
    public void Limits_the_length_of_SPIFFE_IDs(int trustDomain, int whole, bool isAccepted)
    {
        var id = $"spiffe://{new string('a', trustDomain)}/b".PadRight(whole, 'b');

        SanPattern.TryParse(id, out _, out _).Should().Be(isAccepted);
        SanPattern.TryParse($"{id[..^2]}/*", out _, out _).Should().Be(isAccepted, "the shortest ID beneath has the same length");
    }

    [Test]
    public void Parse_throws_an_exception_with_the_text_and_the_fix()
    {
        var message = Assert.Throws<FormatException>(() => SanPattern.Parse("*."))!.Message;

        message.Should().StartWith("'*.' ");
        message.Should().BeApproved();
    }

    [Test]
    public void Matches_only_names_of_its_own_kind()
    {
        var names = Gen.Elements(ByKind.SelectMany(kind => kind).ToArray());
        var matched = 0;

        Prop.ForAll(Gen.Choose(0, 3).SelectMany(kind => Gen.Elements(ByKind[kind]).Select(pattern => (kind, pattern))).Zip(names.ListOf(6)).ToArbitrary(), generated =>
        {
            var ((kind, pattern), texts) = generated;
            matched += SanPattern.Parse(pattern).Matches(ClientOf(other => other == kind, texts)) ? 1 : 0;
            return !SanPattern.Parse(pattern).Matches(ClientOf(other => other != kind, texts));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

        matched.Should().BeGreaterThan(500, "otherwise the test shows nothing");
    }

    // Every text as a name of every requested kind, whatever its form.
    private static VerifiedClient ClientOf(Func<int, bool> has, IEnumerable<string> names) => SanPatternTests.Client() with
    {
        DnsNames = has(0) ? [.. names] : [],
        Uris = has(1) ? [names.First()] : [], // A certificate with two URIs has no SPIFFE ID.
        IPAddresses = has(2) ? [.. names.Select(name => IPAddress.TryParse(name, out var address) ? address : IPAddress.None)] : [],
        EmailAddresses = has(3) ? [.. names] : [],
    };

    private static void ShouldBeRejected(string? text)
    {
        SanPattern.TryParse(text, out var pattern, out var problem).Should().BeFalse();

        pattern.Should().BeNull();
        problem.Should().NotBeNull().And.NotEndWith(".");
        Assert.Throws<FormatException>(() => SanPattern.Parse(text!))!.Message.Should().EndWith($"{problem}.");
        problem.Should().BeApproved();
    }
}
