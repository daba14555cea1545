using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>What becomes of endpoints whose servers die, hang, complain and come back.</summary>
public sealed class ProbingTests : EndpointSetFixture
{
    [Test]
    public async Task Listed_endpoints_are_there_at_once_and_healthy_when_they_have_answered()
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
    public async Task The_channel_of_a_listed_endpoint_is_the_one_that_everybody_has()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Start(Realm("a", server.Address));

        var set = await UntilAll(EndpointHealth.Healthy);

        set.Endpoints[0].Channel.Should().BeSameAs(Services.Factory.GetChannel(server.Address));
        server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_server_that_dies_is_down_and_says_why_until_it_is_back()
    {
        var server = await EchoServer.StartPlaintextAsync();
        Start(Realm("a", server.Address));
        await UntilAll(EndpointHealth.Healthy);

        await server.DisposeAsync();
        var down = (await Until(set => set.Endpoints[0].LastErrorReason == ConnectionFailureReason.Refused)).Endpoints[0];
        down.Should().BeEquivalentTo(new
        {
            IsUsed = false,
            LastError = $"Endpoint '{server.Address}' of realm 'a': nothing listens there. Check that the server runs, and the port.",
        });
        down.LastSuccess.Should().BeBefore(down.LastCheck!.Value);

        await using var again = await EchoServer.StartPlaintextAsync(server.Port);
        await UntilAll(EndpointHealth.Healthy);
        await Services.Logs.Wait(408).WithTimeout();
        var told = Services.Logs.Entries.Where(entry => entry.EventId is 407 or 408).Select(entry => entry.Message).ToList();
        told.Should().HaveCount(2);
        told[0].Should().StartWith($"Endpoint '{server.Address}' of realm 'a' is down. Endpoint '{server.Address}' of realm 'a': ");
        told[1].Should().Be($"Endpoint '{server.Address}' of realm 'a' is up.");
    }

    [Test]
    public async Task A_connection_that_breaks_is_told_as_such()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        server.Health.IsBreakingOff = true;
        Start(Realm("a", server.Address));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().Be(
            $"Endpoint '{server.Address}' of realm 'a': the connection ended before it answered. Check that the server runs; its log may say more.");
    }

    [Test]
    public async Task A_server_that_hangs_is_down_when_the_deadline_is_over()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Options.ProbeTimeout = TimeSpan.FromMilliseconds(200);
        server.Health.KeepSilent();
        Start(Realm("a", server.Address));

        var down = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        down.LastError.Should().Be($"Endpoint '{server.Address}' of realm 'a': it did not answer within 200ms. Check its load, and the network in between.");

        server.Health.BreakSilence();
        await UntilAll(EndpointHealth.Healthy);
    }

    [TestCase(HealthCheckResponse.Types.ServingStatus.NotServing, "NOT_SERVING")]
    [TestCase(HealthCheckResponse.Types.ServingStatus.Unknown, "UNKNOWN")]
    [TestCase(HealthCheckResponse.Types.ServingStatus.ServiceUnknown, "SERVICE_UNKNOWN")]
    public async Task A_server_that_says_it_is_not_well_is_believed(HealthCheckResponse.Types.ServingStatus status, string word)
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        server.Health.Status = status;
        Start(Realm("a", server.Address));

        var down = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        down.LastError.Should().Be($"Endpoint '{server.Address}' of realm 'a': it says that it is {word}. Its log should say why.");

        server.Health.Status = HealthCheckResponse.Types.ServingStatus.Serving;
        await UntilAll(EndpointHealth.Healthy);
    }

    [Test]
    public async Task A_server_that_does_not_know_the_question_is_down_and_the_error_says_what_can_be_done()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        server.Health.IsImplemented = false;
        Start(Realm("a", server.Address));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().Be(
            $"Endpoint '{server.Address}' of realm 'a': it does not tell of its health by grpc.health.v1. Serve that there, register an IEndpointProbe that asks something else, or write 'probe: false'.");
    }

    [Test]
    public async Task A_server_with_the_wrong_certificate_is_down_for_the_reason_of_the_handshake()
    {
        var (serverRoot, clientRoot) = (TestCa.CreateRoot("server root"), TestCa.CreateRoot("client root"));
        await using var server = await EchoServer.StartTlsAsync(serverRoot.IssueServer("other.example"), clientRoot);
        var realm = Realm("a", server.Address);
        realm.TlsConfig = Folder.WriteRealm("a", serverRoot, clientRoot.IssueClient("querier"));
        Start(realm);

        var down = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        down.LastErrorReason.Should().Be(ConnectionFailureReason.NameMismatch);
        down.LastError.Should().StartWith($"Endpoint '{server.Address}' of realm 'a': the server's certificate 'CN=server other.example', issued by 'CN=server root', is for 'other.example', not for '127.0.0.1'.");
    }

    [Test]
    public async Task Nobody_asks_where_the_realm_says_so_and_the_endpoint_is_used()
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
    public async Task A_probe_of_ones_own_is_asked_instead_and_what_it_returns_is_kept_while_it_fails()
    {
        var probe = new ScriptedProbe(_ => Task.FromResult<object?>("42 series"));
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "127.0.0.1:1"));
        (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].ProbeResult.Should().Be("42 series");

        probe.Answer = _ => throw new InvalidOperationException("it is on strike");
        var down = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        down.Should().BeEquivalentTo(new { ProbeResult = "42 series", LastError = "Endpoint '127.0.0.1:1' of realm 'a': it is on strike." });
    }

    [Test]
    public async Task A_new_answer_is_news_and_the_same_again_is_not()
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
    public async Task A_probe_that_heeds_no_token_is_given_up_all_the_same()
    {
        Options.ProbeTimeout = TimeSpan.FromMilliseconds(50);
        var probe = new ScriptedProbe(_ => new TaskCompletionSource<object?>().Task);
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "127.0.0.1:1"));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().Contain("did not answer within 50ms");
        await probe.WhenCalled(times: 3).WithTimeout();
    }

    [Test]
    public async Task No_more_probes_run_at_once_than_are_allowed()
    {
        Options.MaxParallelProbes = 2;
        var release = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var arrived = new SemaphoreSlim(0);
        var (running, most) = (0, 0);
        var probe = new ScriptedProbe(async _ =>
        {
            lock (release)
                most = Math.Max(most, ++running);
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
        most.Should().Be(2);
    }

    [Test]
    public async Task What_a_probe_calls_is_told_in_words_when_it_fails()
    {
        var probe = new ScriptedProbe(_ => throw new RpcException(new Status(StatusCode.PermissionDenied, "not you.")));
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "127.0.0.1:1"));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().Be("Endpoint '127.0.0.1:1' of realm 'a': the probe failed with PermissionDenied: not you.");
    }
}
