using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace EndpointMtls.Tests.Dns;

/// <summary>The text of a resolv.conf, read as the C library of Linux reads it.</summary>
public sealed class ResolvConfTests
{
    [Test]
    public void An_empty_text_means_this_machine_and_the_usual_settings() =>
        Read("").Should().BeEquivalentTo(new { Dots = 1, Timeout = TimeSpan.FromSeconds(5), Attempts = 2, Rotates = false, UsesTcp = false })
            .And.Match<DnsSettings>(settings => Servers(settings) == "127.0.0.1:53" && settings.Search.IsEmpty);

    [Test]
    public void Servers_are_read_in_their_order() =>
        Servers(Read("nameserver 10.0.0.2\nnameserver\tfd00::1 \r\nnameserver 10.0.0.1")).Should().Be("10.0.0.2:53 [fd00::1]:53 10.0.0.1:53");

    [Test]
    public void A_server_may_have_a_scope() => Read("nameserver fe80::1%7\n").Servers.Should().ContainSingle().Which.Address.ScopeId.Should().Be(7);

    [Test]
    public void More_than_three_servers_are_passed_over() =>
        Servers(Read("nameserver x\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4")).Should().Be("10.0.0.1:53 10.0.0.2:53 10.0.0.3:53");

    [Test]
    public void Comments_and_what_is_not_understood_are_passed_over() =>
        Servers(Read("# nameserver 10.0.0.1\n;nameserver 10.0.0.2\n nameserver 10.0.0.3\nnameserver\nnameserver 10.1\nnameserver [::1]:80\nsortlist 1\nNAMESERVER 10.0.0.4\nnameserver 10.0.0.5 # ours\n"))
            .Should().Be("10.0.0.5:53");

    [TestCase("search a.test b.test", "a.test b.test")]
    [TestCase("domain a.test b.test", "a.test")]
    [TestCase("search a.test\ndomain b.test", "b.test")]
    [TestCase("domain a.test\nsearch b.test c.test", "b.test c.test")]
    [TestCase("search a.test\nsearch b.test", "b.test")]
    [TestCase("search A.Test. .", "a.test")]
    [TestCase("search a.test ; b.test", "a.test")]
    [TestCase("search .", "")]
    [TestCase("search a b c d e f g h", "a b c d e f g h")]
    public void The_last_list_of_domains_wins(string text, string domains) => string.Join(' ', Read(text, "host.own.test").Search).Should().Be(domains);

    [TestCase("host.own.test", "own.test")]
    [TestCase("host", "")]
    [TestCase("host.", "")]
    public void Without_a_list_the_domain_of_this_machine_is_searched(string hostName, string domains) => string.Join(' ', Read("nameserver 10.0.0.1", hostName).Search).Should().Be(domains);

    [Test]
    public void Options_are_read() =>
        Read("options ndots:5 timeout:1 unknown edns0\noptions attempts:3 rotate use-vc").Should().BeEquivalentTo(new { Dots = 5, Timeout = TimeSpan.FromSeconds(1), Attempts = 3, Rotates = true, UsesTcp = true });

    [Test]
    public void Numbers_have_an_upper_end() =>
        Read("options ndots:16 timeout:31 attempts:6").Should().BeEquivalentTo(new { Dots = 15, Timeout = TimeSpan.FromSeconds(30), Attempts = 5 });

    [Test]
    public void Numbers_have_a_lower_end() =>
        Read("options ndots:0 timeout:0 attempts:0").Should().BeEquivalentTo(new { Dots = 0, Timeout = TimeSpan.FromSeconds(1), Attempts = 1 });

    [Test]
    public void Numbers_that_are_none_are_passed_over() =>
        Read("options ndots: timeout:-1 attempts:x ndots:2:3").Should().BeEquivalentTo(new { Dots = 1, Timeout = TimeSpan.FromSeconds(5), Attempts = 2 });

    [Test]
    public void A_change_of_the_file_counts_when_it_is_looked_at_again_after_five_seconds()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var file = new ResolvConfFile(folder["resolv.conf"], time, port: 5353);
        Servers(file.Read()).Should().Be("127.0.0.1:5353", "there is no file");

        folder.Write("resolv.conf", "nameserver 10.0.0.1");
        time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Servers(file.Read()).Should().Be("127.0.0.1:5353");
        time.Advance(TimeSpan.FromTicks(1));
        Servers(file.Read()).Should().Be("10.0.0.1:5353");

        folder.Write("resolv.conf", "nameserver 10.0.0.2");
        time.Advance(TimeSpan.FromSeconds(5));
        Servers(file.Read()).Should().Be("10.0.0.2:5353");
    }

    [Test]
    public void A_file_that_cannot_be_read_leaves_what_was_known_or_is_a_failure()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var path = folder.Write("resolv.conf", "nameserver 10.0.0.1");
        var known = new ResolvConfFile(path, time);
        known.Read();

        File.Delete(path);
        Directory.CreateDirectory(path);
        time.Advance(TimeSpan.FromSeconds(5));

        Servers(known.Read()).Should().Be("10.0.0.1:53");
        FluentActions.Invoking(() => new ResolvConfFile(path, time).Read()).Should().Throw<DnsException>().WithMessage($"'{path}'*cannot be read*Let the user*");
    }

    private static DnsSettings Read(string text, string hostName = "host") => ResolvConf.Parse(text, hostName, advice: "");

    private static string Servers(DnsSettings settings) => string.Join(' ', settings.Servers);
}
