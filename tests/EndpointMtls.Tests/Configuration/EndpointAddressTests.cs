using EndpointMtls.Configuration;

namespace EndpointMtls.Tests.Configuration;

public sealed class EndpointAddressTests
{
    [TestCase("store-1:10901", "store-1:10901")]
    [TestCase("Store-1.EU.example.com.:443", "store-1.eu.example.com:443")]
    [TestCase("10.0.0.1:10901", "10.0.0.1:10901")]
    [TestCase("[::1]:443", "[::1]:443")]
    [TestCase("[0:0:0:0:0:0:0:1]:443", "[::1]:443")]
    [TestCase("my_service:1", "my_service:1")]
    [TestCase("Bücher.example:1", "xn--bcher-kva.example:1")]
    [TestCase("\uFF11\uFF10.0.0.1:1", "10.0.0.1:1")]
    public void Reads_an_address_in_its_normal_form(string text, string normal)
    {
        EndpointAddress.TryParse(text, out var address, out _).Should().BeTrue();
        address.ToString().Should().Be(normal);
    }

    [TestCase("store-1", "it has no port. Write 'host:port'; there is no default port")]
    [TestCase("[::1]", "it has no port. Write 'host:port'; there is no default port")]
    [TestCase("::1:443", "an IPv6 address stands in brackets: '[::1]:443'")]
    [TestCase("[store]:443", "only an IPv6 address stands in brackets")]
    [TestCase("store-1:0", "'0' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:65536", "'65536' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:grpc", "'grpc' is not a port. Ports go from 1 to 65535")]
    [TestCase("store-1:+1", "it is a discovery address, and only 'host:port' is understood")]
    [TestCase("store-1:", "'' is not a port. Ports go from 1 to 65535")]
    [TestCase(":443", "'' is not a host name or an IP address. Look for stray characters")]
    [TestCase("[fe80::1%eth0]:443", "'fe80::1%eth0' is not a host name or an IP address. Look for stray characters")]
    [TestCase("[fe80::1/64]:443", "'fe80::1/64' is not a host name or an IP address. Look for stray characters")]
    [TestCase("\u200B:443", "'\u200B' is not a host name or an IP address. Look for stray characters")]
    [TestCase("a b:443", "'a b' is not a host name or an IP address. Look for stray characters")]
    [TestCase("https://store-1:443", "it is a URI. Write 'host:port'; whether TLS is used is the realm's decision")]
    [TestCase("dns:///store-1:443", "it is a URI. Write 'host:port'; whether TLS is used is the realm's decision")]
    [TestCase("dnssrv+_grpc._tcp.store:443", "it is a discovery address, and only 'host:port' is understood")]
    public void Says_why_it_cannot_read_an_address(string text, string problem)
    {
        EndpointAddress.TryParse(text, out _, out var actual).Should().BeFalse();
        actual.Should().Be(problem);
    }
}
