using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace EndpointMtls.Tests.Dns;

/// <summary>Reads a resolv.conf as glibc does.</summary>
public sealed class ResolvConfTests
{
    [Test]
    public void An_empty_file_means_localhost_and_the_defaults() =>
        Read("").Should().BeEquivalentTo(new { Ndots = 1, Timeout = TimeSpan.FromSeconds(5), Attempts = 2, Rotate = false, UsesTcp = false })
            .And.Match<DnsSettings>(settings => Servers(settings) == "127.0.0.1:53" && settings.SearchDomains.IsEmpty);

    [Test]
    public void Reads_name_servers_in_their_order() =>
        Servers(Read("nameserver 10.0.0.2\nnameserver\tfd00::1 \r\nnameserver 10.0.0.1")).Should().Be("10.0.0.2:53 [fd00::1]:53 10.0.0.1:53");

    [Test]
    public void Reads_the_scope_of_an_IPv6_address() => Read("nameserver fe80::1%7\n").Servers.Should().ContainSingle().Which.Address.ScopeId.Should().Be(7);

    [Test]
    public void Uses_the_first_three_name_servers() =>
        Servers(Read("nameserver x\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4")).Should().Be("10.0.0.1:53 10.0.0.2:53 10.0.0.3:53");

    [Test]
    public void Ignores_comments_and_unknown_lines() =>
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
    public void Uses_the_last_search_list(string text, string domains) => string.Join(' ', Read(text, "host.own.test").SearchDomains).Should().Be(domains);

    [TestCase("host.own.test", "own.test")]
    [TestCase("host", "")]
    [TestCase("host.", "")]
    public void The_search_list_defaults_to_the_domain_of_the_machine(string hostName, string domains) => string.Join(' ', Read("nameserver 10.0.0.1", hostName).SearchDomains).Should().Be(domains);

    [Test]
    public void Reads_options() =>
        Read("options ndots:5 timeout:1 unknown edns0\noptions attempts:3 rotate use-vc").Should().BeEquivalentTo(new { Ndots = 5, Timeout = TimeSpan.FromSeconds(1), Attempts = 3, Rotate = true, UsesTcp = true });

    [Test]
    public void Limits_numbers_to_their_maximum() =>
        Read("options ndots:16 timeout:31 attempts:6").Should().BeEquivalentTo(new { Ndots = 15, Timeout = TimeSpan.FromSeconds(30), Attempts = 5 });

    [Test]
    public void Limits_numbers_to_their_minimum() =>
        Read("options ndots:0 timeout:0 attempts:0").Should().BeEquivalentTo(new { Ndots = 0, Timeout = TimeSpan.FromSeconds(1), Attempts = 1 });

    [Test]
    public void Ignores_invalid_numbers() =>
        Read("options ndots: timeout:-1 attempts:x ndots:2:3").Should().BeEquivalentTo(new { Ndots = 1, Timeout = TimeSpan.FromSeconds(5), Attempts = 2 });

    [Test]
    public void Reads_a_changed_file_after_five_seconds()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var file = new ResolvConfFile(folder["resolv.conf"], time, port: 5353);
        Servers(file.Read()).Should().Be("127.0.0.1:5353", "the file does not exist");

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
    public void Keeps_the_last_settings_of_an_unreadable_file_and_fails_without_any()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var path = folder.Write("resolv.conf", "nameserver 10.0.0.1");
        var loaded = new ResolvConfFile(path, time);
        loaded.Read();

        File.Delete(path);
        Directory.CreateDirectory(path);
        time.Advance(TimeSpan.FromSeconds(5));

        Servers(loaded.Read()).Should().Be("10.0.0.1:53");
        FluentActions.Invoking(() => new ResolvConfFile(path, time).Read()).Should().Throw<DnsException>().WithMessage($"*'{path}' cannot be read*");
    }

    private static DnsSettings Read(string text, string hostName = "host") => ResolvConf.Parse(text, hostName, advice: "");

    private static string Servers(DnsSettings settings) => string.Join(' ', settings.Servers);
}
