using System.Net;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.Dialling;

/// <summary>Members of a group that cannot be connected to are described, and logged once for each reason.</summary>
public sealed class GroupDialFailureTests : DialFailureFixture
{
    private const string Name = "stores.example";

    [Test]
    public async Task A_member_that_refuses_is_reported_and_calls_use_the_others()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost(Name, "127.0.0.1", "127.0.0.2");
        var (channel, address) = Get(server.Port);
        await channel.ConnectAsync().WithTimeout();
        await Services.Logs.Wait(Failed).WithTimeout();

        var failure = Services.Factory.Describe(address).LastFailure!;
        for (var call = 0; call < 20; call++)
        {
            await CallAsync(channel);
        }

        failure.Reason.Should().Be(ConnectionFailureReason.Refused);
        failure.Message.Replace($":{server.Port}", ":PORT", StringComparison.Ordinal).Should().BeApproved();
        Logged.Should().Equal(Failed, Recovered);
    }

    [Test]
    public async Task A_group_whose_members_all_refuse_fails_calls_at_once_and_is_reported_until_one_accepts()
    {
        var answer = new TaskCompletionSource<IReadOnlyList<IPAddress>>();
        Dns.SetHost(Name, token => answer.Task.WaitAsync(token));
        var port = FindRefusingPort();
        var (channel, address) = Get(port);
        var first = CallAsync(channel);
        while (channel.State is var state && state != ConnectivityState.Connecting)
        {
            await channel.WaitForStateChangedAsync(state).WithTimeout();
        }

        answer.SetResult([IPAddress.Loopback, First]);

        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => first))!).Should().Be(ConnectionFailureReason.Refused);
        await FailAsync(channel, address);
        await using var server = await EchoServer.StartPlaintextAsync(port);
        await channel.ConnectAsync().WithTimeout();
        await CallAsync(channel);

        // The other member still refuses, and is reported again.
        await Services.Logs.Wait(302).WithTimeout();
    }

    [Test]
    public async Task A_group_whose_members_do_not_answer_is_reported()
    {
        using var hole = await BlackHole.OpenAsync(First, 0);
        Dns.SetHost(Name, "127.0.0.2");
        var (channel, _) = Get(hole.Port, TimeSpan.FromMilliseconds(100));

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel));

        EndpointConnectionException.Find(failure!)!.Message.Should().Contain($"'dns+{Name}:{hole.Port}' (127.0.0.2:{hole.Port})").And.Contain("'connect_timeout'");
    }

    [Test]
    public async Task A_group_without_addresses_is_reported()
    {
        Dns.SetHost(Name);
        var (channel, address) = Get(1234);

        var failure = await FailAsync(channel, address);

        failure.Reason.Should().Be(ConnectionFailureReason.NameNotResolved);
    }

    private (GrpcChannel Channel, string Address) Get(int port, TimeSpan? connectTimeout = null)
    {
        var realm = new RealmOptions { Name = "realm", Group = true, Endpoints = { $"dns+{Name}:{port}" } };
        realm.ConnectTimeout = connectTimeout ?? realm.ConnectTimeout;
        return (Get(realm), realm.Endpoints[0]);
    }
}
