using System.Net;
using System.Net.Sockets;
using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>Lookups with the resolver of the system.</summary>
public sealed class SystemResolverTests
{
    [Test]
    public async Task Resolves_localhost() =>
        (await new SystemResolver(new SemaphoreSlim(1), SystemResolver.GetAddressesAsync).ResolveAsync("localhost", AddressFamily.InterNetwork, CancellationToken.None).WithTimeout())
            .Should().Equal(IPAddress.Loopback);

    [TestCase(SocketError.HostNotFound)]
    [TestCase(SocketError.NoData)]
    public async Task Returns_nothing_for_a_name_that_does_not_exist(SocketError error) =>
        (await Failing(new SocketException((int)error)).ResolveAsync("a.test", AddressFamily.Unspecified, CancellationToken.None)).Should().BeEmpty();

    [TestCase(SocketError.TryAgain)]
    [TestCase(SocketError.NoRecovery)]
    public async Task Fails_with_any_other_error(SocketError error) =>
        (await Assert.ThrowsAsync<DnsException>(() => Failing(new SocketException((int)error)).ResolveAsync("a.test", AddressFamily.Unspecified, CancellationToken.None)))!
            .Message.Should().Match("*'a.test'*getent ahosts a.test*");

    [Test]
    public async Task Fails_with_an_invalid_name() =>
        (await Assert.ThrowsAsync<DnsException>(() => new SystemResolver(new SemaphoreSlim(1), SystemResolver.GetAddressesAsync).ResolveAsync(new string('x', 300), AddressFamily.Unspecified, CancellationToken.None)))!
            .Message.Should().StartWith("the resolver of the system failed for ");

    [Test]
    public async Task An_abandoned_lookup_keeps_its_slot_until_it_ends()
    {
        var hanging = new TaskCompletionSource<IPAddress[]>();
        var hosts = new List<string>();
        var lookup = new SystemResolver(new SemaphoreSlim(1), (host, _) =>
        {
            hosts.Add(host);
            return host == "hangs.test" ? hanging.Task : Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        using var cancellation = new CancellationTokenSource();
        var abandoned = lookup.ResolveAsync("hangs.test", AddressFamily.Unspecified, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => abandoned.WithTimeout());

        var waiting = lookup.ResolveAsync("a.test", AddressFamily.Unspecified, CancellationToken.None);
        using var cancelledWait = new CancellationTokenSource();
        var cancelled = lookup.ResolveAsync("b.test", AddressFamily.Unspecified, cancelledWait.Token);
        await cancelledWait.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => cancelled.WithTimeout());
        hosts.Should().Equal("hangs.test");

        hanging.SetException(new SocketException((int)SocketError.TryAgain));
        (await waiting.WithTimeout()).Should().Equal(IPAddress.Loopback);
        (await lookup.ResolveAsync("c.test", AddressFamily.Unspecified, CancellationToken.None).WithTimeout()).Should().HaveCount(1);
    }

    private static SystemResolver Failing(Exception failure) => new(new SemaphoreSlim(1), (_, _) => Task.FromException<IPAddress[]>(failure));
}
