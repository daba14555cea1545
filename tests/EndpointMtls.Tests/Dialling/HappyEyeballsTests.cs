using System.Net;
using System.Net.Sockets;
using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Dialling;

/// <summary>Which of the addresses of a host name a channel connects to.</summary>
public sealed class HappyEyeballsTests : DiallingFixture
{
    [Test]
    public async Task A_call_succeeds_on_the_second_address_while_the_first_one_does_not_answer()
    {
        await using var server = await ServeAsync(Second);
        using var hole = await BlackHole.OpenAsync(First, server.Port);
        var channel = Connect(server.Port);

        await CallAsync(channel).WaitAsync(TimeSpan.FromSeconds(10));

        channel.State.Should().Be(ConnectivityState.Ready);
    }

    [Test]
    public async Task The_second_attempt_starts_250_ms_after_the_first()
    {
        await using var server = await ServeAsync(Second);
        using var hole = await BlackHole.OpenAsync(First, server.Port);
        var time = new TestTimeProvider(TimeProvider.System.GetUtcNow());
        var channel = Connect(server.Port, time: time);
        var connecting = channel.ConnectAsync();
        await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(250));
        server.ServerNames.Should().BeEmpty();

        time.Advance(TimeSpan.FromMilliseconds(250));

        await connecting.WithTimeout();
        await CallAsync(channel);
    }

    [Test]
    public async Task A_refused_attempt_starts_the_next_one_at_once()
    {
        await using var server = await ServeAsync(Second);
        var channel = Connect(server.Port, time: new TestTimeProvider(TimeProvider.System.GetUtcNow()));

        await CallAsync(channel);

        channel.State.Should().Be(ConnectivityState.Ready);
    }

    [Test]
    public async Task The_other_attempts_end_when_one_succeeds()
    {
        await using var server = await ServeAsync(Second);
        using var hole = await BlackHole.OpenAsync(First, server.Port);
        var own = hole.CountAttempts();
        var channel = Connect(server.Port);

        var connecting = channel.ConnectAsync();
        while (!connecting.IsCompleted && hole.CountAttempts() == own)
        {
            await Task.Yield();
        }

        await connecting.WithTimeout();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (hole.CountAttempts() > own)
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Test]
    public async Task A_call_fails_with_the_reason_when_all_addresses_refuse_and_names_are_looked_up_again()
    {
        var port = FreePort();
        var channel = Connect(port);

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel));

        failure!.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.Refused);
        channel.State.Should().Be(ConnectivityState.TransientFailure);

        await using var server = await ServeAsync(IPAddress.Parse("127.0.0.4"), port);
        Resolve(IPAddress.Parse("127.0.0.4"));
        await channel.ConnectAsync().WithTimeout();
        await CallAsync(channel);
    }

    [Test]
    public async Task Connects_by_IPv4_if_IPv6_refuses_and_the_other_way_round()
    {
        await using var server = await ServeAsync(IPAddress.Loopback);
        Resolve(IPAddress.IPv6Loopback, IPAddress.Loopback);
        await CallAsync(Connect(server.Port));

        await using var other = await ServeAsync(IPAddress.IPv6Loopback);
        Resolve(IPAddress.Loopback, IPAddress.IPv6Loopback);
        await CallAsync(Connect(other.Port));
        other.Authorities.Should().Equal($"{Host}:{other.Port}");
    }

    [Test]
    public void Address_families_alternate_and_the_first_address_stays_first()
    {
        IPAddress[] addresses = [.. "2001:db8::1 2001:db8::2 2001:db8::3 192.0.2.1 192.0.2.2 2001:db8::1".Split(' ').Select(IPAddress.Parse)];

        HostResolver.Interleave(addresses).Select(address => address.ToString())
            .Should().Equal("2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3");
        HostResolver.Interleave(addresses.Reverse()).Select(address => address.ToString()).Take(3)
            .Should().Equal("2001:db8::1", "192.0.2.2", "2001:db8::3");
    }

    [Test]
    public async Task Authority_server_name_and_verified_name_are_the_host_name()
    {
        await using var server = await ServeAsync(Second);
        var channel = Connect(server.Port);

        await CallAsync(channel);
        await CallAsync(channel);

        server.Authorities.Should().Equal($"{Host}:{server.Port}", $"{Host}:{server.Port}");
        server.ServerNames.Should().Equal(Host);
        channel.Target.Should().Be($"{Host}:{server.Port}");
        Services.Factory.Describe($"{Host}:{server.Port}").Should().BeEquivalentTo(new { ServerName = Host, LastConnection = new { Tls = new { PeerSubject = $"CN=server {Host}" } } });
    }

    [TestCase("[::1%lo]:{0}")]
    [TestCase("https://[::1%25lo]:{0}")]
    public async Task An_IPv6_address_may_have_a_zone_which_the_server_does_not_see(string format)
    {
        await using var server = await NamedServer.StartAsync(IPAddress.IPv6Loopback, EchoServer.CreateOptions(Root.IssueServer("::1")));
        _ = Connect(server.Port, realm => realm.Match.Insert(0, "::/0"));
        var channel = Services.Factory.GetChannel(string.Format(null, format, server.Port));

        await CallAsync(channel);

        server.Authorities.Should().Equal($"[::1]:{server.Port}");
        Services.Factory.Describe($"[::1%lo]:{server.Port}").Should().BeEquivalentTo(new { Address = $"[::1%lo]:{server.Port}", ServerName = "::1" });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(First, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
