using EndpointMtls.Tests.Soak;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Serving;

/// <summary>Certificates and client CAs of a server rotate under load without failed calls.</summary>
public sealed class ServerRotationTests : ServerFilesFixture
{
    [Test]
    public async Task A_handshake_checks_the_files_again_after_a_second()
    {
        (await PresentedAsync()).Should().Be("CN=server 1");
        Present("server 2");

        (await PresentedAsync()).Should().Be("CN=server 1");
        Time.Advance(TimeSpan.FromSeconds(1));
        (await PresentedAsync()).Should().Be("CN=server 2");
    }

    [Test]
    public async Task A_new_certificate_is_in_use_after_the_check_interval_without_any_connection()
    {
        Present("server 2");

        Time.Advance(Options.CheckInterval * 1.1);

        Tls.Certificates.Describe().ClientCertificate!.Subject.Should().Be("CN=server 2");
    }

    [Test]
    public async Task No_call_fails_while_the_certificate_of_the_server_rotates()
    {
        await using var client = ClientWith(ClientCa.IssueClient("querier"));
        await using var load = new CallLoad([EchoOf(client)], callers: 4, streams: 2, streamLength: 20);
        await load.MoreCalls(20);
        for (var turn = 2; turn <= 11; turn++)
        {
            Present($"server {turn}");
            (await ReloadAsync()).LastError.Should().BeNull();

            (await PresentedAsync()).Should().Be($"CN=server {turn}");
            await using var newClient = ClientWith(ClientCa.IssueClient("new"), "new");
            (await EchoOf(newClient).UnaryAsync(new()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=new");
            await load.MoreCalls(20);
        }

        await load.StopAsync();

        load.Failures.Should().BeEmpty();
        load.Streams.Should().BePositive();
        client.Factory.Describe(Server.Address).LastConnection!.Tls!.PeerSubject.Should().Be("CN=server 1", "'close_on_rotation' is not set");
    }

    [Test]
    public async Task No_call_fails_while_the_CA_of_the_clients_is_replaced()
    {
        var next = TestCa.CreateRoot("next clients");
        var realm = RealmWith(ClientCa.IssueClient("old"));
        realm.TlsConfig!.RotationJitter = TimeSpan.Zero;
        await using var client = TestServices.With(realm);
        await using var load = new CallLoad([EchoOf(client)], callers: 4, streams: 2, streamLength: 20);
        await load.MoreCalls(20);

        Trust(ClientCa, next);
        (await ReloadAsync()).LastError.Should().BeNull();
        await load.MoreCalls(20);
        Folder.WriteRealm("client", ServerCa, next.IssueClient("new"));
        (await client.Get<RotatingCertificateProvider>("client").ReloadAsync().WithTimeout()).LastError.Should().BeNull();
        while (!load.Peers.Contains("CN=new"))
        {
            await load.MoreCalls(20);
        }

        Trust(next);
        (await ReloadAsync()).LastError.Should().BeNull();
        await load.MoreCalls(50);
        await load.StopAsync();

        load.Failures.Should().BeEmpty();
        load.Peers.Should().BeEquivalentTo("CN=old", "CN=new");
        await using var late = ClientWith(ClientCa.IssueClient("late"), "late");
        (await IsRejectedAsync(late)).Should().BeTrue();
    }

    [Test]
    public async Task A_client_is_rejected_while_its_CA_is_removed_and_accepted_when_it_is_back()
    {
        var other = TestCa.CreateRoot("others");
        Trust(other);
        (await ReloadAsync()).LastError.Should().BeNull();
        await using var client = ClientWith(ClientCa.IssueClient("querier"));
        (await IsRejectedAsync(client)).Should().BeTrue();

        Trust(other, ClientCa);
        (await ReloadAsync()).LastError.Should().BeNull();

        await using var again = ClientWith(ClientCa.IssueClient("querier"), "again");
        (await IsRejectedAsync(again)).Should().BeFalse();
    }

    private async Task<bool> IsRejectedAsync(TestServices client)
    {
        try
        {
            await EchoOf(client).UnaryAsync(new()).ResponseAsync.WithTimeout();
            return false;
        }
        catch (RpcException exception)
        {
            EndpointConnectionException.ReasonOf(exception).Should().Be(ConnectionFailureReason.ClosedAfterHandshake);
            return true;
        }
    }
}
