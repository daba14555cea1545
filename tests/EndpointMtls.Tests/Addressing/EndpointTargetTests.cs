using EndpointMtls.Addressing;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Addressing;

/// <summary>Which texts are entries of <c>endpoints</c>: addresses, and names to discover addresses with.</summary>
public sealed class EndpointTargetTests
{
    [TestCase("Store-1:443", "store-1", 443, null)]
    [TestCase("https://store-1:443", "store-1", 443, true)]
    [TestCase("http://store-1:80", "store-1", 80, false)]
    [TestCase("unix:/run/store.sock", "/run/store.sock", 0, null)]
    public void Parses_an_address(string text, string host, int port, bool? usesTls) =>
        Parse(text).Should().Be(new StaticTarget(text, new EndpointAddress(host, port), usesTls));

    [TestCase("dns+Store.:443", nameof(DiscoveryKind.Dns), "store.", 443, "dns+store:443")]
    [TestCase("dns+Store:443", nameof(DiscoveryKind.Dns), "store", 443, "dns+store:443")]
    [TestCase("dnsdualstack+store:443", nameof(DiscoveryKind.DnsDualStack), "store", 443, "dnsdualstack+store:443")]
    [TestCase("dnssrv+_grpc._TCP.bücher.example", nameof(DiscoveryKind.Srv), "_grpc._tcp.xn--bcher-kva.example", null, "dnssrv+_grpc._tcp.xn--bcher-kva.example")]
    [TestCase("DNSSRV+_grpc._tcp.store:443", nameof(DiscoveryKind.Srv), "_grpc._tcp.store", 443, "dnssrv+_grpc._tcp.store:443")]
    [TestCase("dnssrv+_grpc._tcp.store.:443", nameof(DiscoveryKind.Srv), "_grpc._tcp.store.", 443, "dnssrv+_grpc._tcp.store:443")]
    [TestCase("dnssrvnoa+_grpc._tcp.store.", nameof(DiscoveryKind.SrvNoA), "_grpc._tcp.store.", null, "dnssrvnoa+_grpc._tcp.store")]
    public void Parses_a_discovery_address(string text, string kind, string lookupName, int? port, string normal)
    {
        // Only the lookup uses the trailing dot.
        var host = lookupName.TrimEnd('.');

        Parse(text).Should().BeEquivalentTo(new
        {
            Text = text,
            Kind = Enum.Parse<DiscoveryKind>(kind),
            Host = host,
            TlsHost = host,
            LookupName = lookupName,
            Port = port,
            Normal = normal,
        });
    }

    [TestCase("dns+store")]
    [TestCase("dnsdualstack+store")]
    [TestCase("dns+10.0.0.1:443")]
    [TestCase("dnsdualstack+[::1]:443")]
    [TestCase("dnssrv+10.0.0.1")]
    [TestCase("dnssrvnoa+[::1]:443")]
    [TestCase("dnssrv+")]
    [TestCase("dnssrv+:443")]
    [TestCase("dnssrv+::1")]
    [TestCase("dnssrv+[::1]")]
    [TestCase("dns+[::1]")]
    [TestCase("dnssrv+a b")]
    [TestCase("dnssrv+store:0")]
    [TestCase("dns+dns+store:1")]
    [TestCase("dns+unix:/run/store.sock")]
    [TestCase("foo+host:1")]
    [TestCase("store-1")]
    public void Explains_an_invalid_target(string text)
    {
        EndpointTarget.TryParse(text, out _, out var problem).Should().BeFalse();
        problem.Should().BeApproved();
    }

    private static EndpointTarget? Parse(string text)
    {
        EndpointTarget.TryParse(text, out var target, out var problem).Should().BeTrue(problem);
        return target;
    }
}
