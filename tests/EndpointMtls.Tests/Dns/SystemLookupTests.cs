using System.Net;
using System.Net.Sockets;
using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>Addresses as the system knows them.</summary>
public sealed class SystemLookupTests
{
    [Test]
    public async Task A_host_that_only_the_system_knows_is_found() =>
        (await new SystemLookup(new SemaphoreSlim(1), SystemLookup.AskSystem).FindAsync("localhost", AddressFamily.InterNetwork, CancellationToken.None).WithTimeout())
            .Should().Equal(IPAddress.Loopback);

    [TestCase(SocketError.HostNotFound)]
    [TestCase(SocketError.NoData)]
    public async Task A_name_that_does_not_exist_has_no_addresses(SocketError error) =>
        (await Lookup(new SocketException((int)error)).FindAsync("a.test", AddressFamily.Unspecified, CancellationToken.None)).Should().BeEmpty();

    [TestCase(SocketError.TryAgain)]
    [TestCase(SocketError.NoRecovery)]
    public async Task Any_other_error_is_a_failure_that_says_what_to_do(SocketError error) =>
        (await Assert.ThrowsAsync<DnsException>(() => Lookup(new SocketException((int)error)).FindAsync("a.test", AddressFamily.Unspecified, CancellationToken.None)))!
            .Message.Should().Match("*'a.test'*getent ahosts a.test*");

    [Test]
    public async Task A_name_that_the_system_refuses_is_a_failure() =>
        (await Assert.ThrowsAsync<DnsException>(() => new SystemLookup(new SemaphoreSlim(1), SystemLookup.AskSystem).FindAsync(new string('x', 300), AddressFamily.Unspecified, CancellationToken.None)))!
            .Message.Should().Contain("could not look up");

    [Test]
    public async Task A_lookup_that_was_given_up_keeps_its_slot_until_its_thread_is_back()
    {
        var hanging = new TaskCompletionSource<IPAddress[]>();
        var asked = new List<string>();
        var lookup = new SystemLookup(new SemaphoreSlim(1), (host, _) =>
        {
            asked.Add(host);
            return host == "hangs.test" ? hanging.Task : Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        using var cancellation = new CancellationTokenSource();
        var givenUp = lookup.FindAsync("hangs.test", AddressFamily.Unspecified, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => givenUp.WithTimeout());

        var waiting = lookup.FindAsync("a.test", AddressFamily.Unspecified, CancellationToken.None);
        using var impatient = new CancellationTokenSource();
        var leaving = lookup.FindAsync("b.test", AddressFamily.Unspecified, impatient.Token);
        await impatient.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => leaving.WithTimeout());
        asked.Should().Equal("hangs.test");

        hanging.SetException(new SocketException((int)SocketError.TryAgain));
        (await waiting.WithTimeout()).Should().Equal(IPAddress.Loopback);
        (await lookup.FindAsync("c.test", AddressFamily.Unspecified, CancellationToken.None).WithTimeout()).Should().HaveCount(1);
    }

    private static SystemLookup Lookup(Exception failure) => new(new SemaphoreSlim(1), (_, _) => Task.FromException<IPAddress[]>(failure));
}
