using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>The health of endpoints whose servers stop, hang, report errors and return.</summary>
public sealed class ProbingTests : EndpointSetFixture
{
    [Test]
    public async Task Listed_endpoints_are_in_the_set_immediately_and_healthy_after_a_probe()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        server.Health.KeepSilent();
        Start(Realm("a", server.Address, "127.0.0.1:1"), Realm("b", "store.example:1"));

        Set.Current.Endpoints.Select(endpoint => (endpoint.Realm, endpoint.Address, endpoint.Source)).Should().Equal(
            ("a", server.Address, "endpoints"), ("a", "127.0.0.1:1", "endpoints"), ("b", "store.example:1", "endpoints"));
        Set.Current.Endpoints[0].Should().BeEquivalentTo(new { Health = EndpointHealth.Unknown, LastCheck = (DateTimeOffset?)null, LastError = (string?)null, IsUsed = false, IsGroup = false });

        server.Health.BreakSilence();
        var healthy = (await Until(set => set.Endpoints[0].Health == EndpointHealth.Healthy)).Endpoints[0];
        healthy.Should().BeEquivalentTo(new { IsUsed = true, LastError = (string?)null, LastErrorReason = (ConnectionFailureReason?)null });
        healthy.LastSuccess.Should().NotBeNull().And.Be(healthy.LastCheck);
    }

    [Test]
    public async Task Shares_the_channel_of_a_listed_endpoint_with_the_factory()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Start(Realm("a", server.Address));

        var set = await UntilAll(EndpointHealth.Healthy);

        set.Endpoints[0].Channel.Should().BeSameAs(Services.Factory.GetChannel(server.Address));
        server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_stopped_server_is_unhealthy_until_it_returns()
    {
        var server = await EchoServer.StartPlaintextAsync();
        Start(Realm("a", server.Address));
        await UntilAll(EndpointHealth.Healthy);

        await server.DisposeAsync();
        var unhealthy = (await Until(set => set.Endpoints[0].LastErrorReason == ConnectionFailureReason.Refused)).Endpoints[0];
        unhealthy.IsUsed.Should().BeFalse();
        unhealthy.LastError.Should().Contain($"'{server.Address}'").And.BeApproved();
        unhealthy.LastSuccess.Should().BeBefore(unhealthy.LastCheck!.Value);

        await using var again = await EchoServer.StartPlaintextAsync(server.Port);
        await UntilAll(EndpointHealth.Healthy);
        await Services.Logs.Wait(408).WithTimeout();
        var logged = Services.Logs.Entries.Where(entry => entry.EventId is 407 or 408).ToList();
        logged.Select(entry => entry.EventId).Should().Equal(407, 408);
        logged.Select(entry => entry.Message).Should().OnlyContain(message => message.Contains($"'{server.Address}'"));
        logged[1].Message.Should().BeApproved();
    }

    [Test]
    public async Task Explains_an_aborted_connection()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        server.Health.IsBreakingOff = true;
        Start(Realm("a", server.Address));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().BeApproved();
    }

    [Test]
    public async Task A_server_that_hangs_is_unhealthy_after_the_timeout()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Options.ProbeTimeout = TimeSpan.FromMilliseconds(200);
        server.Health.KeepSilent();
        Start(Realm("a", server.Address));

        var unhealthy = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        unhealthy.LastError.Should().BeApproved();

        server.Health.BreakSilence();
        await UntilAll(EndpointHealth.Healthy);
    }

    [Test]
    public async Task A_strict_endpoint_that_hangs_is_unhealthy_after_the_timeout_and_still_used()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Options.ProbeTimeout = TimeSpan.FromMilliseconds(200);
        server.Health.KeepSilent();
        Start(Realm("a", server.Address).With(realm => realm.Strict = true));

        (await UntilAll(EndpointHealth.Unhealthy)).Should().BeEquivalentTo(new { IsReady = false, Endpoints = new[] { new { IsUsed = true, IsStrict = true } } });
    }

    [Test]
    public async Task A_server_whose_health_service_does_not_know_the_whole_server_is_unhealthy_and_told_what_to_register()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        server.Health.Error = StatusCode.NotFound;
        Start(Realm("a", server.Address));

        var unhealthy = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        unhealthy.LastError.Should().Contain("no status for the service name ''").And.BeApproved();

        server.Health.Error = StatusCode.OK;
        await UntilAll(EndpointHealth.Healthy);
    }

    [TestCase(HealthCheckResponse.Types.ServingStatus.NotServing, "NOT_SERVING")]
    [TestCase(HealthCheckResponse.Types.ServingStatus.Unknown, "UNKNOWN")]
    [TestCase(HealthCheckResponse.Types.ServingStatus.ServiceUnknown, "no status for the service name ''")]
    public async Task A_server_that_is_not_serving_is_unhealthy(HealthCheckResponse.Types.ServingStatus status, string name)
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        server.Health.Status = status;
        Start(Realm("a", server.Address));

        var unhealthy = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        unhealthy.LastError.Should().Contain(name).And.BeApproved();

        server.Health.Status = HealthCheckResponse.Types.ServingStatus.Serving;
        await UntilAll(EndpointHealth.Healthy);
    }

    [Test]
    public async Task Explains_a_missing_health_service()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        server.Health.Error = StatusCode.Unimplemented;
        Start(Realm("a", server.Address));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().BeApproved();
    }

    [Test]
    public async Task Explains_a_failed_handshake_with_its_reason()
    {
        var (serverRoot, clientRoot) = (TestCa.CreateRoot("server root"), TestCa.CreateRoot("client root"));
        await using var server = await EchoServer.StartTlsAsync(serverRoot.IssueServer("other.example"), clientRoot);
        var realm = Realm("a", server.Address);
        realm.TlsConfig = Folder.WriteRealm("a", serverRoot, clientRoot.IssueClient("querier"));
        Start(realm);

        var unhealthy = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        unhealthy.LastErrorReason.Should().Be(ConnectionFailureReason.NameMismatch);
        unhealthy.LastError.Should().ContainAll($"'{server.Address}'", "'CN=server other.example'", "'CN=server root'", "'other.example'", "'127.0.0.1'");
    }

    [Test]
    public async Task An_endpoint_that_is_not_probed_is_used()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        var realm = Realm("a", server.Address);
        realm.Probe = false;
        Start(realm);

        var set = await UntilAll(EndpointHealth.NotProbed);

        set.Endpoints[0].Should().BeEquivalentTo(new { IsUsed = true, LastCheck = (DateTimeOffset?)null });
        server.Connections.Should().Be(0);
        set.IsReady.Should().BeTrue();
    }

    [Test]
    public async Task A_registered_probe_replaces_the_default_and_its_last_result_is_kept()
    {
        var probe = new ScriptedProbe(_ => Task.FromResult<object?>("42 series"));
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "127.0.0.1:1"));
        (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].ProbeResult.Should().Be("42 series");

        probe.Answer = _ => throw new InvalidOperationException("it is overloaded");
        var unhealthy = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        unhealthy.ProbeResult.Should().Be("42 series");
        unhealthy.LastError.Should().BeApproved();
        await Services.Logs.Wait(407).WithTimeout();
        Services.Logs.Entries.Single(entry => entry.EventId == 407).Message.Should().BeApproved();
    }

    [Test]
    public async Task Signals_a_changed_probe_result_and_not_an_equal_one()
    {
        var answers = new Queue<object?>(["one", "one", "two", "two"]);
        var probe = new ScriptedProbe(_ => Task.FromResult(answers.TryDequeue(out var answer) ? answer : "two"));
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "127.0.0.1:1"));

        await Until(set => Equals(set.Endpoints[0].ProbeResult, "two"));
        var token = Set.GetChangeToken();
        var check = Set.Current.Endpoints[0].LastCheck;
        await probe.WhenCalled(times: probe.Count + 3).WithTimeout();

        token.HasChanged.Should().BeFalse();
        Set.Current.Endpoints[0].LastCheck.Should().BeAfter(check!.Value);
    }

    [Test]
    public async Task A_probe_that_ignores_cancellation_times_out()
    {
        Options.ProbeTimeout = TimeSpan.FromMilliseconds(50);
        var probe = new ScriptedProbe(_ => new TaskCompletionSource<object?>().Task);
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "127.0.0.1:1"));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().Contain("50ms");
        await probe.WhenCalled(times: 3).WithTimeout();
    }

    [Test]
    public async Task Limits_parallel_probes()
    {
        Options.MaxParallelProbes = 2;
        var release = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var arrived = new SemaphoreSlim(0);
        var (running, max) = (0, 0);
        var probe = new ScriptedProbe(async _ =>
        {
            lock (release)
                max = Math.Max(max, ++running);
            arrived.Release();
            await release.Task;
            lock (release)
                running--;
            return null;
        });
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "127.0.0.1:4"));
        await arrived.WaitAsync().WithTimeout();
        await arrived.WaitAsync().WithTimeout();
        probe.Count.Should().Be(2, "the others wait");
        release.SetResult(null);

        await UntilAll(EndpointHealth.Healthy);
        max.Should().Be(2);
    }

    [Test]
    public async Task Explains_a_failed_call_of_a_registered_probe()
    {
        var probe = new ScriptedProbe(_ => throw new RpcException(new Status(StatusCode.PermissionDenied, "not you.")));
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "127.0.0.1:1"));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().ContainAll("PermissionDenied", "not you").And.BeApproved();
    }
}
