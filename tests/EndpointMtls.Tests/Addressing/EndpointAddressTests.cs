using EndpointMtls.Addressing;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Addressing;

public sealed class EndpointAddressTests
{
    [TestCase("store-1:10901", "store-1:10901")]
    [TestCase("Store-1.EU.example.com.:443", "store-1.eu.example.com:443")]
    [TestCase("10.0.0.1:10901", "10.0.0.1:10901")]
    [TestCase("10.0.0.1.:10901", "10.0.0.1:10901")]
    [TestCase("[::1]:443", "[::1]:443")]
    [TestCase("[0:0:0:0:0:0:0:1]:443", "[::1]:443")]
    [TestCase("[FD00::00A1]:443", "[fd00::a1]:443")]
    [TestCase("[::ffff:10.0.0.1]:443", "10.0.0.1:443")]
    [TestCase("[::ffff:a00:1]:443", "10.0.0.1:443")]
    [TestCase("my_service:1", "my_service:1")]
    [TestCase("4chan.example:1", "4chan.example:1")]
    [TestCase("dns:443", "dns:443")]
    [TestCase("unix:443", "unix:443")]
    [TestCase("dns:unix-abstract:443", "unix-abstract:443")]
    [TestCase("Bücher.example:1", "xn--bcher-kva.example:1")]
    [TestCase("BÜCHER.example.:1", "xn--bcher-kva.example:1")]
    [TestCase("bu\u0308cher.example:1", "xn--bcher-kva.example:1")]
    [TestCase("XN--BCHER-KVA.example:1", "xn--bcher-kva.example:1")]
    [TestCase("bücher。example．com:1", "xn--bcher-kva.example.com:1")]
    [TestCase("\uFF11\uFF10.0.0.1:1", "10.0.0.1:1")]
    [TestCase("10。0。0。1:1", "10.0.0.1:1")]
    [TestCase("ＷＷＷ.example:1", "www.example:1")]
    [TestCase("dns:///Store-1:443", "store-1:443")]
    [TestCase("dns:store-1:443", "store-1:443")]
    [TestCase("DNS:///[::1]:443", "[::1]:443")]
    [TestCase("https://Store-1:443", "store-1:443")]
    [TestCase("HTTP://store-1:80/", "store-1:80")]
    [TestCase("https://[::1]:443/", "[::1]:443")]
    [TestCase("unix:/run/Store.sock", "unix:/run/Store.sock")]
    [TestCase("unix:///run/Store.sock", "unix:/run/Store.sock")]
    [TestCase("UNIX:/run/a+b.sock", "unix:/run/a+b.sock")]
    public void Reads_an_address_in_its_normal_form(string text, string normal)
    {
        EndpointAddress.TryParse(text, out var address, out var problem).Should().BeTrue(problem);
        address.ToString().Should().Be(normal);
    }

    [TestCase("store-1", "it has no port. Write 'host:port'; there is no default port")]
    [TestCase("[::1]", "it has no port. Write 'host:port'; there is no default port")]
    [TestCase("dns:store-1", "it has no port. Write 'host:port'; there is no default port")]
    [TestCase("dns:///store-1", "it has no port. Write 'host:port'; there is no default port")]
    [TestCase("https://store-1", "it has no port. Write 'https://host:port'; there is no default port, not even 443")]
    [TestCase("http://[::1]/", "it has no port. Write 'http://host:port'; there is no default port, not even 80")]
    [TestCase("::1:443", "an IPv6 address stands in brackets: '[::1]:443'")]
    [TestCase("[store]:443", "only an IPv6 address stands in brackets")]
    [TestCase("[10.0.0.1]:443", "only an IPv6 address stands in brackets")]
    [TestCase("store-1:0", "'0' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:65536", "'65536' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:99999999999", "'99999999999' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:grpc", "'grpc' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:+1", "'+1' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:-1", "'-1' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1: 1", "' 1' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:1\0", "'1\\u0000' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:４４３", "'４４３' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:0443", "'0443' is not a port. Write it without leading zeros")]
    [TestCase("store-1:", "'' is not a port. Ports go from 1 to 65535")]
    [TestCase("", "it has no port. Write 'host:port'; there is no default port")]
    [TestCase(":443", "'' is not a host name or an IP address. Look for stray characters")]
    [TestCase("[fe80::1%eth0]:443", "'fe80::1%eth0' is not a host name or an IP address. Look for stray characters")]
    [TestCase("[fe80::1/64]:443", "'fe80::1/64' is not a host name or an IP address. Look for stray characters")]
    [TestCase("[::ffff:010.0.0.1]:443", "'::ffff:010.0.0.1' is not a host name or an IP address. Look for stray characters")]
    [TestCase("ipv4:10.0.0.1:443", "'ipv4:10.0.0.1' is not a host name or an IP address. Look for stray characters")]
    [TestCase("\u200B:443", "'\\u200b' is not a host name or an IP address. Look for stray characters")]
    [TestCase("sto\u200Bre:443", "'sto\\u200bre' is not a host name or an IP address. Look for stray characters")]
    [TestCase("bü\u00ADcher:443", "'bü\\u00adcher' is not a host name or an IP address. Look for stray characters")]
    [TestCase("℀.example:443", "'℀.example' is not a host name or an IP address. Look for stray characters")]
    [TestCase("ü：80:443", "'ü：80' is not a host name or an IP address. Look for stray characters")]
    [TestCase("a b:443", "'a b' is not a host name or an IP address. Look for stray characters")]
    [TestCase(" a:443", "' a' is not a host name or an IP address. Look for stray characters")]
    [TestCase("*.example:443", "'*.example' is not a host name or an IP address. Look for stray characters")]
    [TestCase("a%2e:443", "'a%2e' is not a host name or an IP address. Look for stray characters")]
    [TestCase("a..:443", "'a..' is not a host name or an IP address. Look for stray characters")]
    [TestCase(".:443", "'.' is not a host name or an IP address. Look for stray characters")]
    [TestCase(".a:443", "'.a' is not a host name or an IP address. Look for stray characters")]
    [TestCase("-a:443", "'-a' is not a host name or an IP address. Look for stray characters")]
    [TestCase("a-.b:443", "'a-.b' is not a host name or an IP address. Look for stray characters")]
    [TestCase("127.1:443", "'127.1' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("2130706433:443", "'2130706433' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("0x7f.1:443", "'0x7f.1' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("0X7F000001:443", "'0X7F000001' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("010.0.0.1:443", "'010.0.0.1' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("256.1.1.1:443", "'256.1.1.1' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("1.2.3.4.5:443", "'1.2.3.4.5' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("foo.1:443", "'foo.1' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("127.①:443", "'127.①' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros")]
    [TestCase("https://store-1:443/api", "it says more than a host and a port. Leave out user, path, query and fragment")]
    [TestCase("https://store-1:443//", "it says more than a host and a port. Leave out user, path, query and fragment")]
    [TestCase("https://me@store-1:443", "it says more than a host and a port. Leave out user, path, query and fragment")]
    [TestCase("https://store-1:443?a", "it says more than a host and a port. Leave out user, path, query and fragment")]
    [TestCase("https://store-1:443/#a", "it says more than a host and a port. Leave out user, path, query and fragment")]
    [TestCase("https://store-1:443\\a", "it says more than a host and a port. Leave out user, path, query and fragment")]
    [TestCase("dns://8.8.8.8/store-1:443", "a DNS server of its own is not supported. Write three slashes: 'dns:///host:port'")]
    [TestCase("dns://store-1:443", "a DNS server of its own is not supported. Write three slashes: 'dns:///host:port'")]
    [TestCase("grpcs://store-1:443", "'grpcs://' is not understood. Write 'host:port', 'dns:///host:port', 'https://host:port', 'http://host:port' or 'unix:/path'")]
    [TestCase("xds:///store", "'xds://' is not understood. Write 'host:port', 'dns:///host:port', 'https://host:port', 'http://host:port' or 'unix:/path'")]
    [TestCase("grpc+tls://store-1:443", "'grpc+tls://' is not understood. Write 'host:port', 'dns:///host:port', 'https://host:port', 'http://host:port' or 'unix:/path'")]
    [TestCase("unix:", "it has no path. Write an absolute path: 'unix:/run/store.sock'")]
    [TestCase("unix:///", "it has no path. Write an absolute path: 'unix:/run/store.sock'")]
    [TestCase("unix:store.sock", "its path is not absolute. Write an absolute path: 'unix:/run/store.sock'")]
    [TestCase("unix://run/store.sock", "its path is not absolute. Write an absolute path: 'unix:/run/store.sock'")]
    [TestCase("unix:/run/../store.sock", "its path can be written shorter. Write it without '.', '..' and empty parts: one socket, one spelling")]
    [TestCase("unix:/run//store.sock", "its path can be written shorter. Write it without '.', '..' and empty parts: one socket, one spelling")]
    [TestCase("unix:/run/store\0", "its path has a character that no file name should have. Look for stray characters")]
    [TestCase("unix-abstract:store", "an abstract socket is not supported. Write the path of a socket file: 'unix:/run/store.sock'")]
    [TestCase("dns+store:443", "it is a discovery address. List it in a realm's 'endpoints'")]
    [TestCase("dnsdualstack+store:443", "it is a discovery address. List it in a realm's 'endpoints'")]
    [TestCase("dnssrv+_grpc._tcp.store", "it is a discovery address. List it in a realm's 'endpoints'")]
    [TestCase("dnssrvnoa+_grpc._tcp.store:443", "it is a discovery address. List it in a realm's 'endpoints'")]
    [TestCase("dnsrv+store:443", "'dnsrv+' is not a discovery prefix; nearest: 'dnssrv+'. There are 'dns+', 'dnsdualstack+', 'dnssrv+', 'dnssrvnoa+'")]
    [TestCase("kubernetes+store:443", "'kubernetes+' is not a discovery prefix. There are 'dns+', 'dnsdualstack+', 'dnssrv+', 'dnssrvnoa+'")]
    public void Says_why_it_cannot_read_an_address(string text, string problem)
    {
        EndpointAddress.TryParse(text, out _, out var actual).Should().BeFalse();
        actual.Should().Be(problem);
    }

    [Test]
    public void Takes_names_as_long_as_DNS_does_and_no_longer()
    {
        var label = new string('a', 63);
        var longest = $"{label}.{label}.{label}.{new string('a', 61)}";

        Reads($"{label}:1").Should().BeTrue();
        Reads($"{label}a:1").Should().BeFalse();
        Reads($"{longest}:1").Should().BeTrue();
        Reads($"{longest}.:1").Should().BeTrue();
        Reads($"{longest}a:1").Should().BeFalse();
        ProblemOf($"{label}a:1").Should().EndWith("is too long for a host name. DNS allows 253 characters, and 63 between two dots");
    }

    [Test]
    public void Takes_paths_as_long_as_the_kernel_does_and_counts_in_bytes()
    {
        Reads($"unix:/{new string('a', 106)}").Should().BeTrue();
        Reads($"unix:/{new string('a', 107)}").Should().BeFalse();
        Reads($"unix:/{new string('ü', 53)}").Should().BeTrue();
        Reads($"unix:/{new string('ü', 54)}").Should().BeFalse();
        ProblemOf($"unix:/{new string('a', 107)}").Should().Be("its path is longer than 107 bytes. The system allows no more: choose a shorter one");
    }

    [TestCase("https://a:1", true)]
    [TestCase("http://a:1", false)]
    [TestCase("a:1", null)]
    [TestCase("dns:///a:1", null)]
    public void Hears_what_an_address_says_of_TLS_and_takes_it_for_the_same_address(string text, bool? says)
    {
        EndpointAddress.TryParse(text, out var address, out var saysTls, out _).Should().BeTrue();

        saysTls.Should().Be(says);
        address.Should().Be(new EndpointAddress("a", 1));
    }

    [Test]
    public void A_socket_has_no_port_and_is_this_machine_to_TLS()
    {
        EndpointAddress.TryParse("unix:/run/store.sock", out var socket, out _).Should().BeTrue();
        EndpointAddress.TryParse("store:1", out var host, out _).Should().BeTrue();

        socket.Should().BeEquivalentTo(new { IsUnix = true, Host = "/run/store.sock", Port = 0, TlsHost = "localhost" });
        host.Should().BeEquivalentTo(new { IsUnix = false, Host = "store", Port = 1, TlsHost = "store" });
    }

    [Test]
    public void Never_throws_and_reads_its_own_writing()
    {
        string[] pieces = ["a", "B", "1", "0", "255", ".", ":", "::", "[", "]", "/", "//", "%", "+", "-", "_", "@", "ü", "\u3002", "\u200D", "\uD800", "\0", "xn--", "0x", "ffff", "443", "unix:", "dns:", "https://", "dnssrv+"];
        var composed =
            from count in Gen.Choose(1, 5)
            from host in Gen.Elements(pieces).ListOf(count)
            from port in Gen.Elements("", ":443")
            select string.Concat(host) + port;
        var arbitrary = Gen.OneOf(composed, Gen.Select(ArbMap.Default.GeneratorFor<string>(), text => text ?? ""));
        var read = 0;

        Prop.ForAll(arbitrary.ToArbitrary(), text =>
        {
            if (!EndpointAddress.TryParse(text, out var address, out var problem))
            {
                return !string.IsNullOrEmpty(problem);
            }

            read++;
            return problem is null && EndpointAddress.TryParse(address.ToString(), out var again, out _) && again == address;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

        read.Should().BeGreaterThan(100);
    }

    private static bool Reads(string text) => ProblemOf(text) is null;

    private static string? ProblemOf(string text) => EndpointAddress.TryParse(text, out _, out var problem) ? null : problem;
}
