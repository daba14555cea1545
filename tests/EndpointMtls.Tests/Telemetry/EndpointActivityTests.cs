using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using EndpointMtls.Discovery;
using EndpointMtls.Tests.EndToEnd;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Telemetry;

/// <summary>The activities (spans) of connection attempts.</summary>
public sealed class EndpointActivityTests : RotationFixture
{
    private readonly ActivitySource _caller = new($"caller {Guid.NewGuid()}");
    private ConcurrentQueue<Activity> _stopped = null!;
    private ActivityListener _listener = null!;

    [SetUp]
    public void Listen()
    {
        _stopped = [];
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "EndpointMtls" || source == _caller,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [TearDown]
    public void StopListening() => _listener.Dispose();

    [Test]
    public async Task A_connection_attempt_is_under_the_call_that_needs_it()
    {
        Start();
        using var call = _caller.StartActivity("call")!;
        await CallAsync();
        await CallAsync();

        var connect = Stopped("connect").Should().ContainSingle("the second call uses the same connection").Subject;
        connect.TraceId.Should().Be(call.TraceId);
        connect.ParentSpanId.Should().NotBe(default(ActivitySpanId));
        connect.GetTagItem("server.address").Should().Be("127.0.0.1");
        connect.GetTagItem("server.port").Should().Be(Server.Port);
        connect.GetTagItem("endpoint_mtls.realm").Should().Be("eu");
        connect.Status.Should().Be(ActivityStatusCode.Unset);
        _stopped.Where(step => step.ParentSpanId == connect.SpanId).Select(step => step.OperationName).Should().Equal("dial", "tls");
    }

    [Test]
    public async Task A_failed_handshake_has_its_reason()
    {
        ServerOptions = EchoServer.CreateOptions(TestCa.CreateRoot("another").IssueServer("127.0.0.1"), ClientRoot);
        Start();

        await Assert.ThrowsAsync<RpcException>(() => CallAsync());

        var connect = Stopped("connect").First();
        var tls = _stopped.Single(step => step.ParentSpanId == connect.SpanId && step.OperationName == "tls");
        tls.Status.Should().Be(ActivityStatusCode.Error);
        tls.GetTagItem("error.type").Should().Be("UntrustedRoot");
        connect.Status.Should().Be(ActivityStatusCode.Error);
        connect.GetTagItem("error.type").Should().Be("UntrustedRoot");
    }

    [Test]
    public async Task A_rotation_adds_none()
    {
        Start();
        await CallAsync();

        await PresentAsync("client-2");
        await UntilPresents("client-2");

        Stopped("connect").Should().ContainSingle();
    }

    [Test]
    public async Task The_lookup_of_a_host_name_has_one()
    {
        const string name = "activities.example";
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer(name), ClientRoot);
        Services = new TestServices(services => services
            .AddSingleton<HostLookup>(_ => Task.FromResult(new[] { IPAddress.Loopback }))
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", Match = { "*" }, TlsConfig = Tls })));

        await new Echo.EchoClient(Services.Factory.GetChannel($"{name}:{Server.Port}")).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        var lookup = _stopped.Single(activity => activity.OperationName == "dns" && activity.GetTagItem("dns.question.name") as string == name);
        lookup.Parent.Should().BeNull();
    }

    [Test]
    public async Task A_probe_has_one_that_its_calls_are_under()
    {
        var seen = new TaskCompletionSource<Activity?>();
        using var caller = _caller.StartActivity("startup");
        Services = new TestServices(services => services
            .AddSingleton<IEndpointProbe>(new ScriptedProbe(_ =>
            {
                seen.TrySetResult(Activity.Current);
                return Task.FromResult<object?>(null);
            }))
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { Server.Address } }))
            .AddEndpointSet());
        _ = Services.Get<IEndpointSet>();

        var probe = (await seen.Task.WithTimeout())!;

        probe.OperationName.Should().Be("probe");
        probe.GetTagItem("endpoint_mtls.endpoint").Should().Be(Server.Address);
        probe.Parent.Should().BeNull("the set was created under another activity, which has ended");
    }

    private IEnumerable<Activity> Stopped(string name) =>
        _stopped.Where(activity => activity.OperationName == name && activity.GetTagItem("server.port") as int? == Server.Port);
}
