using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>What calls notice of a configuration that changes, and what they do not.</summary>
public sealed class ConfigurationReloadTests : ConfigurationFixture
{
    [Test]
    public async Task An_address_that_moves_to_another_realm_keeps_its_channel_and_gets_the_other_certificate()
    {
        var channel = Channel;
        (await CallAsync(channel)).Should().Be("CN=eu");
        using var running = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(running);

        Source.Set(Realm("us"), Plain("eu", "other:1"));

        Channel.Should().BeSameAs(channel);
        (await CallAsync(channel)).Should().Be("CN=us");
        (await ExchangeAsync(running)).Should().Be("CN=eu", "what is running finishes on what it began with");
        Description.Realm.Should().Be("us");
        Logged(305).Should().Be($"The channel to '{Server.Address}' has moved from realm 'eu' to realm 'us'.");
    }

    [Test]
    public async Task An_idle_channel_that_moves_makes_its_next_connection_in_the_other_realm()
    {
        var channel = Channel;

        Source.Set(Realm("us"));

        (await CallAsync(channel)).Should().Be("CN=us");
        Server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_channel_that_has_moved_follows_the_rotation_of_its_new_realm_and_not_that_of_the_old()
    {
        await CallAsync(Channel);
        Source.Set(Realm("us"), Plain("eu", "other:1"));
        await CallAsync(Channel);

        Folder.WriteRealm("us", ServerRoot, ClientRoot.IssueClient("renewed"));
        await Services.Get<RotatingCertificateProvider>("us").ReloadAsync().WithTimeout();

        (await CallAsync(Channel)).Should().Be("CN=renewed");
    }

    [Test]
    public async Task A_realm_that_expects_another_name_makes_new_connections()
    {
        await CallAsync(Channel);

        Source.Set(Realm("eu", tls => tls.ServerName = "store"));
        await CallAsync(Channel);
        Server.Connections.Should().Be(2);

        Source.Set(Realm("eu", tls => tls.ServerName = "elsewhere"));
        (await Assert.ThrowsAsync<RpcException>(() => CallAsync(Channel)))!.Status.Detail.Should().Contain("not for 'elsewhere'");
    }

    [Test]
    public async Task Other_rules_do_not_wait_for_the_jitter_of_other_certificates()
    {
        Source.Set(Realm("eu", Patient));
        await CallAsync(Channel);

        Source.Set(Realm("eu", tls =>
        {
            Patient(tls);
            tls.ServerName = "store";
        }));
        await CallAsync(Channel);

        Server.Connections.Should().Be(2);

        static void Patient(TlsOptions tls) => tls.RotationJitter = TimeSpan.FromHours(1);
    }

    [Test]
    public async Task What_does_not_concern_connections_leaves_them_alone()
    {
        await CallAsync(Channel);

        Source.Set(Plain("before", "other:1"), Realm("eu", tls => tls.DrainTimeout = TimeSpan.FromHours(1)));
        await CallAsync(Channel);

        Server.Connections.Should().Be(1);
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 305);
    }

    [Test]
    public async Task What_does_not_concern_connections_brings_no_move_forward_that_is_to_come_later()
    {
        Source.Set(Realm("eu", WithJitter));
        await CallAsync(Channel);
        await RotateAsync("eu");

        Source.Set(Plain("before", "other:1"), Realm("eu", WithJitter));
        (await CallAsync(Channel)).Should().Be("CN=eu");

        Time.Advance(TimeSpan.FromMinutes(1));
        (await CallAsync(Channel)).Should().Be("CN=renewed");
    }

    [Test]
    public async Task A_channel_that_moves_or_closes_drops_the_move_that_was_to_come_later()
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
    }

    [Test]
    public async Task Disposal_drops_the_move_that_was_to_come_later()
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
