using System.Net;
using System.Net.Sockets;
using EndpointMtls.Discovery;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Dialling;

/// <summary>Connections that cannot be opened are described, and logged once, until one succeeds.</summary>
public sealed class DialFailureTests : DialFailureFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task An_IP_address_that_refuses_is_reported_until_its_server_starts(bool isSecured)
    {
        var port = FindRefusingPort();
        var address = $"127.0.0.1:{port}";
        var channel = Get(new RealmOptions
        {
            Name = "realm",
            Endpoints = { address },
            TlsConfig = isSecured ? Folder.WriteRealm("realm", Root, client: null) : null,
        });

        var failure = await FailAsync(channel, address);

        failure.Reason.Should().Be(ConnectionFailureReason.Refused);
        failure.Should().BeEquivalentTo(new { Realm = "realm", Address = address });
        failure.Message.Should().BeApproved();
        await using var server = isSecured
            ? await EchoServer.StartTlsAsync(() => EchoServer.CreateOptions(Root.IssueServer("127.0.0.1")), port)
            : await EchoServer.StartPlaintextAsync(port);
        await RecoverAsync(channel, address);
    }

    [Test]
    public async Task A_host_whose_addresses_all_refuse_is_reported_until_one_accepts()
    {
        var port = FindRefusingPort();
        var channel = Connect(port);

        var failure = await FailAsync(channel, $"{Host}:{port}");

        failure.Reason.Should().Be(ConnectionFailureReason.Refused);
        failure.Message.Replace($":{port}", ":PORT", StringComparison.Ordinal).Should().BeApproved();
        await using var server = await ServeAsync(Second, port);
        await RecoverAsync(channel, $"{Host}:{port}");
    }

    [Test]
    public async Task A_refused_attempt_is_no_failure_if_another_address_of_the_host_accepts()
    {
        await using var server = await ServeAsync(Second);
        var channel = Connect(server.Port);

        await CallAsync(channel);

        Services.Factory.Describe($"{Host}:{server.Port}").LastFailure.Should().BeNull();
        Logged.Should().BeEmpty();
    }

    [Test]
    public async Task A_name_that_does_not_resolve_is_reported_until_it_does()
    {
        LookUp = () => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
        await using var server = await ServeAsync(First);
        var channel = Connect(server.Port);

        var failure = await FailAsync(channel, $"{Host}:{server.Port}");

        failure.Reason.Should().Be(ConnectionFailureReason.NameNotResolved);
        Resolve(First);
        await RecoverAsync(channel, $"{Host}:{server.Port}");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_socket_that_does_not_exist_is_reported_until_its_server_starts(bool isSecured)
    {
        var address = $"unix:{Folder["echo.sock"]}";
        var channel = Get(new RealmOptions
        {
            Name = "realm",
            Endpoints = { address },
            TlsConfig = isSecured ? Folder.WriteRealm("realm", Root, client: null) : null,
        });

        var failure = await FailAsync(channel, address);

        failure.Reason.Should().Be(ConnectionFailureReason.Unreachable);
        failure.Message.Should().BeApproved();
        await using var server = isSecured
            ? await EchoServer.StartTlsAsync(Folder["echo.sock"], Root.IssueServer("localhost"))
            : await EchoServer.StartPlaintextAsync(Folder["echo.sock"]);
        await RecoverAsync(channel, address);
    }

    [Test]
    public async Task A_socket_without_a_process_is_reported_as_refused()
    {
        var address = $"unix:{Folder["echo.sock"]}";
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(Folder["other.sock"]));
            File.Move(Folder["other.sock"], Folder["echo.sock"]);
        }

        var failure = await FailAsync(Get(new RealmOptions { Endpoints = { address } }), address);

        failure.Reason.Should().Be(ConnectionFailureReason.Refused);
    }

    [Test]
    public async Task A_connection_timeout_of_an_IP_address_is_reported()
    {
        using var hole = await BlackHole.OpenAsync(IPAddress.Loopback, 0);
        var address = $"127.0.0.1:{hole.Port}";
        var channel = Get(new RealmOptions { Name = "realm", Endpoints = { address }, ConnectTimeout = TimeSpan.FromMilliseconds(100) });

        var failure = await FailAsync(channel, address);

        failure.Reason.Should().Be(ConnectionFailureReason.Unreachable);
        failure.Message.Should().BeApproved();
    }

    [Test]
    public async Task A_connection_timeout_of_a_host_is_reported()
    {
        using var hole = await BlackHole.OpenAsync(First, 0);
        Resolve(First);
        var channel = Connect(hole.Port, realm => realm.ConnectTimeout = TimeSpan.FromMilliseconds(100));

        var failure = await FailAsync(channel, $"{Host}:{hole.Port}");

        failure.Reason.Should().Be(ConnectionFailureReason.Unreachable);
    }

    [Test]
    public async Task A_call_that_its_caller_cancels_and_a_disposed_channel_are_no_failures()
    {
        using var hole = await BlackHole.OpenAsync(First, 0);
        Resolve(First);
        var channel = Connect(hole.Port);
        using var cancellation = new CancellationTokenSource();
        var attempts = hole.CountAttempts();
        var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest(), cancellationToken: cancellation.Token).ResponseAsync;
        while (hole.CountAttempts() == attempts)
        {
            await Task.Yield();
        }

        await cancellation.CancelAsync();

        (await Assert.ThrowsAsync<RpcException>(() => call.WithTimeout()))!.StatusCode.Should().Be(StatusCode.Cancelled);
        Services.Factory.Describe($"{Host}:{hole.Port}").LastFailure.Should().BeNull();
        await Services.DisposeAsync();
        Logged.Should().BeEmpty();
    }

    [Test]
    public async Task A_policy_that_the_application_has_registered_is_used_and_its_failures_are_reported()
    {
        var port = FindRefusingPort();
        var address = $"127.0.0.1:{port}";
        var policy = new LastAddressBalancerFactory();
        var channel = Get(
            new RealmOptions { Endpoints = { address } },
            services => services.AddSingleton<LoadBalancerFactory>(policy),
            options => options.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new LoadBalancingConfig(policy.Name) } });

        var failure = await FailAsync(channel, address);

        failure.Reason.Should().Be(ConnectionFailureReason.Refused);
        await using var server = await EchoServer.StartPlaintextAsync(port);
        await RecoverAsync(channel, address);
        policy.Picks.Should().BePositive();
    }

    [Test]
    public async Task A_channel_that_a_reload_closes_has_not_failed()
    {
        var live = new LiveOptions();
        live.Set(new RealmOptions { Endpoints = { $"{Host}:1" } });
        LookUp = () => new TaskCompletionSource<IPAddress[]>().Task;
        Services = new TestServices(services =>
        {
            live.AddTo(services);
            services.AddSingleton<HostLookup>(_ => LookUp());
        });
        var channel = Services.Factory.GetChannel($"{Host}:1");
        var call = CallAsync(channel);

        live.Set(new RealmOptions { Endpoints = { "other.example:1" } });

        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => call))!).Should().Be(ConnectionFailureReason.RealmRemoved);
        for (var earlier = 0; earlier < Environment.ProcessorCount + 1; earlier++)
        {
            // Failures are logged on the thread pool. This runs after what was queued there before.
            await Task.Factory.StartNew(() => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
        }

        Logged.Should().BeEmpty();
    }

    /// <summary>A policy that sends each call to the last ready address.</summary>
    private sealed class LastAddressBalancerFactory : LoadBalancerFactory
    {
        public override string Name => "last_address";

        public int Picks { get; private set; }

        public override LoadBalancer Create(LoadBalancerOptions options) => new Balancer(this, options.Controller, options.LoggerFactory);

        private sealed class Balancer(LastAddressBalancerFactory factory, IChannelControlHelper controller, ILoggerFactory loggers)
            : SubchannelsLoadBalancer(controller, loggers)
        {
            protected override SubchannelPicker CreatePicker(IReadOnlyList<Subchannel> readySubchannels) => new Picker(factory, readySubchannels[^1]);
        }

        private sealed class Picker(LastAddressBalancerFactory factory, Subchannel subchannel) : SubchannelPicker
        {
            public override PickResult Pick(PickContext context)
            {
                factory.Picks++;
                return PickResult.ForSubchannel(subchannel);
            }
        }
    }
}
