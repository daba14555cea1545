using System.Net;
using System.Net.Sockets;
using EndpointMtls.Dns;
using EndpointMtls.InteropTests.Support;

namespace EndpointMtls.InteropTests.Dnsmasq;

/// <summary>The DNS client with dnsmasq as the server.</summary>
public sealed class DnsmasqTests
{
    private const int ManyStores = 300;

    private ChildProcess? _server;
    private DnsResolver _resolver = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        var port = FreePort();
        var server = ChildProcess.StartPeer(
            "dnsmasq",
            [
                "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=",
                "--listen-address=127.0.0.1", "--bind-interfaces", $"--port={port}", "--local=/test/",
                "--srv-host=_grpc._tcp.stores.test,Store-1.test,10901,1,2",
                "--srv-host=_grpc._tcp.none.test",
                "--host-record=store-1.test,10.0.0.1,fd00::1", "--host-record=store-2.test,10.0.0.2", "--cname=alias.test,store-1.test",
                .. Enumerable.Range(0, ManyStores).Select(i => $"--srv-host=_grpc._tcp.many.test,store-{i}.many.test,{i + 1}"),
            ]);
        _server = server;
        await Eventually.Async(() => Task.FromResult(server.Errors), text => text.Contains("started, version") || server.Process.HasExited);
        Assert.That(server.Process.HasExited, Is.False, () => server.Errors);
        _resolver = new DnsResolver([new IPEndPoint(IPAddress.Loopback, port)], TimeProvider.System);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        // It is null if dnsmasq is not installed.
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Test]
    public async Task Resolves_SRV_records() =>
        (await ServicesAsync("_grpc._tcp.stores.test")).Should().Equal(new DnsServiceRecord("store-1.test", 10901, 1, 2));

    [Test]
    public async Task Resolves_more_SRV_records_than_fit_into_a_datagram() =>
        (await ServicesAsync("_grpc._tcp.many.test")).Select(service => service.Port).Should().BeEquivalentTo(Enumerable.Range(1, ManyStores));

    [TestCase("_grpc._tcp.none.test", Description = "Service explicitly not available")]
    [TestCase("_grpc._tcp.unknown.test", Description = "NXDOMAIN")]
    [TestCase("store-1.test", Description = "No data")]
    public async Task Returns_no_SRV_records_for_a_name_without_any(string name) => (await ServicesAsync(name)).Should().BeEmpty();

    [TestCase("store-1.test", AddressFamily.Unspecified, "10.0.0.1", "fd00::1")]
    [TestCase("alias.test", AddressFamily.Unspecified, "10.0.0.1", "fd00::1")]
    [TestCase("store-1.test", AddressFamily.InterNetworkV6, "fd00::1")]
    [TestCase("store-2.test", AddressFamily.Unspecified, "10.0.0.2")]
    [TestCase("store-3.test", AddressFamily.Unspecified)]
    public async Task Resolves_addresses(string host, AddressFamily family, params string[] addresses) =>
        (await _resolver.ResolveAddressesAsync(host, family, CancellationToken.None).WaitAsync(Eventually.Timeout))
            .Select(address => address.ToString()).Should().Equal(addresses);

    [Test]
    public async Task Fails_for_a_name_that_the_server_refuses() =>
        (await Assert.ThrowsAsync<DnsException>(() => ServicesAsync("_grpc._tcp.stores.example")))!.Message.Should().Contain("returned REFUSED");

    private Task<IReadOnlyList<DnsServiceRecord>> ServicesAsync(string name) =>
        _resolver.ResolveServicesAsync(name, CancellationToken.None).WaitAsync(Eventually.Timeout);

    // To dnsmasq, port 0 means no DNS at all.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
