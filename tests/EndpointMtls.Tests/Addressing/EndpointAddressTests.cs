using EndpointMtls.Addressing;
using EndpointMtls.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Addressing;

/// <summary>Which texts are addresses, and their normal form.</summary>
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
    public void Normalises_an_address(string text, string normal)
    {
        EndpointAddress.TryParse(text, out var address, out var problem).Should().BeTrue(problem);
        address.ToString().Should().Be(normal);
    }

    [TestCase("store-1")]
    [TestCase("[::1]")]
    [TestCase("dns:store-1")]
    [TestCase("dns:///store-1")]
    [TestCase("https://store-1")]
    [TestCase("http://[::1]/")]
    [TestCase("::1:443")]
    [TestCase("[store]:443")]
    [TestCase("[10.0.0.1]:443")]
    [TestCase("store-1:0")]
    [TestCase("store-1:65536")]
    [TestCase("store-1:99999999999")]
    [TestCase("store-1:grpc")]
    [TestCase("store-1:+1")]
    [TestCase("store-1:-1")]
    [TestCase("store-1: 1")]
    [TestCase("store-1:1\0")]
    [TestCase("store-1:４４３")]
    [TestCase("store-1:0443")]
    [TestCase("store-1:")]
    [TestCase("")]
    [TestCase(":443")]
    [TestCase("[fe80::1%]:443")]
    [TestCase("[fe80::1%eth 0]:443")]
    [TestCase("[10.8.0.7%eth0]:443")]
    [TestCase("[fe80::1/64]:443")]
    [TestCase("[::ffff:010.0.0.1]:443")]
    [TestCase("ipv4:10.0.0.1:443")]
    [TestCase("\u200B:443")]
    [TestCase("sto\u200Bre:443")]
    [TestCase("bü\u00ADcher:443")]
    [TestCase("℀.example:443")]
    [TestCase("ü：80:443")]
    [TestCase("a b:443")]
    [TestCase(" a:443")]
    [TestCase("*.example:443")]
    [TestCase("a%2e:443")]
    [TestCase("a..:443")]
    [TestCase(".:443")]
    [TestCase(".a:443")]
    [TestCase("-a:443")]
    [TestCase("a-.b:443")]
    [TestCase("127.1:443")]
    [TestCase("2130706433:443")]
    [TestCase("0x7f.1:443")]
    [TestCase("0X7F000001:443")]
    [TestCase("010.0.0.1:443")]
    [TestCase("256.1.1.1:443")]
    [TestCase("1.2.3.4.5:443")]
    [TestCase("foo.1:443")]
    [TestCase("127.①:443")]
    [TestCase("https://store-1:443/api")]
    [TestCase("https://store-1:443//")]
    [TestCase("https://me@store-1:443")]
    [TestCase("https://store-1:443?a")]
    [TestCase("https://store-1:443/#a")]
    [TestCase("https://store-1:443\\a")]
    [TestCase("dns://8.8.8.8/store-1:443")]
    [TestCase("dns://store-1:443")]
    [TestCase("grpcs://store-1:443")]
    [TestCase("xds:///store")]
    [TestCase("grpc+tls://store-1:443")]
    [TestCase("unix:")]
    [TestCase("unix:///")]
    [TestCase("unix:store.sock")]
    [TestCase("unix://run/store.sock")]
    [TestCase("unix:/run/../store.sock")]
    [TestCase("unix:/run//store.sock")]
    [TestCase("unix:/run/store\0")]
    [TestCase("unix-abstract:store")]
    [TestCase("ipv6:[::1]:443")]
    [TestCase("fe80::1%eth0:443")]
    [TestCase("10._tcp.example.com:443")]
    [TestCase("dns+store:443")]
    [TestCase("dnsdualstack+store:443")]
    [TestCase("dnssrv+_grpc._tcp.store")]
    [TestCase("dnssrvnoa+_grpc._tcp.store:443")]
    [TestCase("dnsrv+store:443")]
    [TestCase("kubernetes+store:443")]
    public void Explains_an_invalid_address(string text)
    {
        EndpointAddress.TryParse(text, out _, out var problem).Should().BeFalse();
        problem.Should().BeApproved();
    }

    [Test]
    public void Rejects_names_that_are_too_long_for_DNS()
    {
        var label = new string('a', 63);
        var longest = $"{label}.{label}.{label}.{new string('a', 61)}";

        IsValid($"{label}:1").Should().BeTrue();
        IsValid($"{label}a:1").Should().BeFalse();
        IsValid($"{longest}:1").Should().BeTrue();
        IsValid($"{longest}.:1").Should().BeTrue();
        IsValid($"{longest}a:1").Should().BeFalse();
        ProblemOf($"{label}a:1").Should().Contain("253").And.Contain("63").And.BeApproved();
    }

    [Test]
    public void Rejects_socket_paths_of_more_than_107_bytes()
    {
        IsValid($"unix:/{new string('a', 106)}").Should().BeTrue();
        IsValid($"unix:/{new string('a', 107)}").Should().BeFalse();
        IsValid($"unix:/{new string('ü', 53)}").Should().BeTrue();
        IsValid($"unix:/{new string('ü', 54)}").Should().BeFalse();
        ProblemOf($"unix:/{new string('a', 107)}").Should().BeApproved();
    }

    [TestCase("https://a:1", true)]
    [TestCase("http://a:1", false)]
    [TestCase("a:1", null)]
    [TestCase("dns:///a:1", null)]
    public void Returns_whether_the_scheme_means_TLS_and_the_same_address(string text, bool? expected)
    {
        EndpointAddress.TryParse(text, out var address, out var usesTls, out _).Should().BeTrue();

        usesTls.Should().Be(expected);
        address.Should().Be(new EndpointAddress("a", 1));
    }

    [Test]
    public void A_socket_has_no_port_and_the_TLS_name_localhost()
    {
        EndpointAddress.TryParse("unix:/run/store.sock", out var socket, out _).Should().BeTrue();
        EndpointAddress.TryParse("store:1", out var host, out _).Should().BeTrue();

        socket.Should().BeEquivalentTo(new { IsUnix = true, Host = "/run/store.sock", Port = 0, TlsHost = "localhost" });
        host.Should().BeEquivalentTo(new { IsUnix = false, Host = "store", Port = 1, TlsHost = "store" });
    }

    [Test]
    public void Never_throws_and_parses_its_own_text()
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

    private static bool IsValid(string text) => ProblemOf(text) is null;

    private static string? ProblemOf(string text) => EndpointAddress.TryParse(text, out _, out var problem) ? null : problem;
}
