using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Configuration changes that open channels apply.</summary>
public sealed class ReloadedChannelTests : ConfigurationFixture
{
    [Test]
    public async Task An_address_that_moves_to_another_realm_keeps_its_channel_and_presents_the_other_certificate()
    {
        var channel = Channel;
        (await CallAsync(channel)).Should().Be("CN=eu");
        using var running = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(running);

        Source.Set(Realm("us"), Plain("eu", "other:1"));

        Channel.Should().BeSameAs(channel);
        (await CallAsync(channel)).Should().Be("CN=us");
        (await ExchangeAsync(running)).Should().Be("CN=eu", "running calls finish on their connection");
        Description.Realm.Should().Be("us");
        Logged(305).Should().ContainAll($"'{Server.Address}'", "from realm 'eu' to realm 'us'");
    }

    [Test]
    public async Task An_unused_channel_that_moves_makes_its_first_connection_in_the_other_realm()
    {
        var channel = Channel;

        Source.Set(Realm("us"));

        (await CallAsync(channel)).Should().Be("CN=us");
        Server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_channel_that_has_moved_rotates_with_its_new_realm()
    {
        await CallAsync(Channel);
        Source.Set(Realm("us"), Plain("eu", "other:1"));
        await CallAsync(Channel);

        Folder.WriteRealm("us", ServerRoot, ClientRoot.IssueClient("renewed"));
        await Services.Get<RotatingCertificateProvider>("us").ReloadAsync().WithTimeout();

        await new Echo.EchoClient(Channel).UntilPresents("CN=renewed");
    }

    [Test]
    public async Task Pins_and_allowed_names_that_are_added_make_new_connections()
    {
        await CallAsync(Channel);

        Source.Set(Realm("eu", tls => tls.Pins.Add(KeyPin.Of(ServerRoot.Certificate).ToString())));
        await CallAsync(Channel);
        Server.Connections.Should().Be(2);

        Source.Set(Realm("eu", tls => tls.ServerAllowedSans.Add("store")));
        await CallAsync(Channel);
        Server.Connections.Should().Be(3);

        Source.Set(Realm("eu", tls => tls.Pins.Add(KeyPin.Of(ClientRoot.Certificate).ToString())));
        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(Channel)))!).Should().Be(ConnectionFailureReason.PinMismatch);
        Source.Set(Realm("eu", tls => tls.ServerAllowedSans.Add("elsewhere")));
        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(Channel)))!).Should().Be(ConnectionFailureReason.SanNotAllowed);
    }

    [Test]
    public async Task A_changed_server_name_makes_new_connections()
    {
        await CallAsync(Channel);

        Source.Set(Realm("eu", tls => tls.ServerName = "store"));
        await CallAsync(Channel);
        Server.Connections.Should().Be(2);

        Source.Set(Realm("eu", tls => tls.ServerName = "elsewhere"));
        (await Assert.ThrowsAsync<RpcException>(() => CallAsync(Channel)))!.Status.Detail.Should().Contain("not for 'elsewhere'");
    }

    [Test]
    public async Task The_jitter_does_not_delay_changed_rules()
    {
        Source.Set(Realm("eu", WithLongJitter));
        await CallAsync(Channel);

        Source.Set(Realm("eu", tls =>
        {
            WithLongJitter(tls);
            tls.ServerName = "store";
        }));
        await CallAsync(Channel);

        Server.Connections.Should().Be(2);

        static void WithLongJitter(TlsOptions tls) => tls.RotationJitter = TimeSpan.FromHours(1);
    }

    [Test]
    public async Task Changes_that_do_not_affect_connections_keep_them()
    {
        await CallAsync(Channel);

        Source.Set(Plain("before", "other:1"), Realm("eu", tls => tls.DrainTimeout = TimeSpan.FromHours(1)));
        await CallAsync(Channel);

        Server.Connections.Should().Be(1);
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 305);
    }

    [Test]
    public async Task Changes_that_do_not_affect_connections_do_not_advance_a_pending_rotation()
    {
        Source.Set(Realm("eu", WithJitter));
        await CallAsync(Channel);
        await RotateAsync("eu");

        Source.Set(Plain("before", "other:1"), Realm("eu", WithJitter));
        (await CallAsync(Channel)).Should().Be("CN=eu");

        Time.Advance(TimeSpan.FromMinutes(1));
        await new Echo.EchoClient(Channel).UntilPresents("CN=renewed");
    }

    [Test]
    public async Task A_channel_that_moves_or_closes_cancels_its_pending_rotation()
    {
        Source.Set(Realm("eu", WithJitter));
        _ = Channel;
        var timers = Time.RunningTimers;
        await RotateAsync("eu");
        Time.RunningTimers.Should().Be(timers + 1);

        Source.Set(Realm("us", WithJitter));
        Time.RunningTimers.Should().Be(timers);
        await RotateAsync("us");
        Time.RunningTimers.Should().Be(timers + 1);

        Source.Set(Realm("us", "other:1", WithJitter));
        Time.RunningTimers.Should().Be(timers);

        Folder.WriteRealm("us", ServerRoot, ClientRoot.IssueClient("after the close"));
        (await Services.Get<RotatingCertificateProvider>("us").ReloadAsync().WithTimeout()).Generation.Should().Be(3);
        Time.RunningTimers.Should().Be(timers, "a closed channel does not rotate");
    }

    [Test]
    public async Task Disposal_cancels_a_pending_rotation()
    {
        Source.Set(Realm("eu", WithJitter));
        _ = Channel;
        await RotateAsync("eu");

        await Services.DisposeAsync();

        Time.RunningTimers.Should().Be(0);
    }

    private static void WithJitter(TlsOptions tls) => tls.RotationJitter = TimeSpan.FromMinutes(1);

    private async Task RotateAsync(string realm)
    {
        Folder.WriteRealm(realm, ServerRoot, ClientRoot.IssueClient("renewed"));
        (await Services.Get<RotatingCertificateProvider>(realm).ReloadAsync().WithTimeout()).Generation.Should().Be(2);
    }
}
