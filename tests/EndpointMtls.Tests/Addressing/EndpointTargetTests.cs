using EndpointMtls.Addressing;

namespace EndpointMtls.Tests.Addressing;

public sealed class EndpointTargetTests
{
    [TestCase("Store-1:443", "store-1", 443, null)]
    [TestCase("https://store-1:443", "store-1", 443, true)]
    [TestCase("http://store-1:80", "store-1", 80, false)]
    [TestCase("unix:/run/store.sock", "/run/store.sock", 0, null)]
    public void Reads_an_address_to_dial(string text, string host, int port, bool? saysTls) =>
        Parse(text).Should().Be(new StaticTarget(text, new EndpointAddress(host, port), saysTls));

    [TestCase("dns+Store.:443", nameof(DiscoveryKind.Dns), "store.", 443, "dns+store:443")]
    [TestCase("dns+Store:443", nameof(DiscoveryKind.Dns), "store", 443, "dns+store:443")]
    [TestCase("dnsdualstack+store:443", nameof(DiscoveryKind.DnsDualStack), "store", 443, "dnsdualstack+store:443")]
    [TestCase("dnssrv+_grpc._TCP.bücher.example", nameof(DiscoveryKind.Srv), "_grpc._tcp.xn--bcher-kva.example", null, "dnssrv+_grpc._tcp.xn--bcher-kva.example")]
    [TestCase("DNSSRV+_grpc._tcp.store:443", nameof(DiscoveryKind.Srv), "_grpc._tcp.store", 443, "dnssrv+_grpc._tcp.store:443")]
    [TestCase("dnssrv+_grpc._tcp.store.:443", nameof(DiscoveryKind.Srv), "_grpc._tcp.store.", 443, "dnssrv+_grpc._tcp.store:443")]
    [TestCase("dnssrvnoa+_grpc._tcp.store.", nameof(DiscoveryKind.SrvNoA), "_grpc._tcp.store.", null, "dnssrvnoa+_grpc._tcp.store")]
    public void Reads_a_name_to_look_up(string text, string kind, string lookupName, int? port, string normal)
    {
        // The dot at its end matters to the lookup alone.
        var host = lookupName.TrimEnd('.');

        Parse(text).Should().BeEquivalentTo(new { Text = text, Kind = Enum.Parse<DiscoveryKind>(kind), Host = host, TlsHost = host, LookupName = lookupName, Port = port, Normal = normal });
    }

    [TestCase("dns+store", "it has no port. Write 'dns+host:port'; there is no default port")]
    [TestCase("dnsdualstack+store", "it has no port. Write 'dnsdualstack+host:port'; there is no default port")]
    [TestCase("dns+10.0.0.1:443", "there is nothing to look up for an IP address. List it without the prefix")]
    [TestCase("dnsdualstack+[::1]:443", "there is nothing to look up for an IP address. List it without the prefix")]
    [TestCase("dnssrv+10.0.0.1", "SRV records stand under a name, not under an IP address. Write a name: 'dnssrv+_grpc._tcp.example.com'")]
    [TestCase("dnssrvnoa+[::1]:443", "SRV records stand under a name, not under an IP address. Write a name: 'dnssrv+_grpc._tcp.example.com'")]
    [TestCase("dnssrv+", "'' is not a host name or an IP address. Look for stray characters")]
    [TestCase("dnssrv+a b", "'a b' is not a host name or an IP address. Look for stray characters")]
    [TestCase("dnssrv+store:0", "'0' is not a port. Ports go from 1 to 65535")]
    [TestCase("dns+dns+store:1", "'dns+store' is not a host name or an IP address. Look for stray characters")]
    [TestCase("dns+unix:/run/store.sock", "'/run/store.sock' is not a port. Ports go from 1 to 65535")]
    [TestCase("foo+host:1", "'foo+' is not a discovery prefix. There are 'dns+', 'dnsdualstack+', 'dnssrv+', 'dnssrvnoa+'")]
    [TestCase("store-1", "it has no port. Write 'host:port'; there is no default port")]
    public void Says_why_it_cannot_read_a_target(string text, string problem)
    {
        EndpointTarget.TryParse(text, out _, out var actual).Should().BeFalse();
        actual.Should().Be(problem);
    }

    private static EndpointTarget? Parse(string text)
    {
        EndpointTarget.TryParse(text, out var target, out var problem).Should().BeTrue(problem);
        return target;
    }
}
