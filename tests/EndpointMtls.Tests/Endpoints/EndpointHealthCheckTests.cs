using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Health checks of endpoints and of the sources of discovery.</summary>
public sealed class EndpointHealthCheckTests : EndpointSetFixture
{
    private const string Health = "endpoint_mtls";
    private const string Ready = "endpoint_readiness";

    private readonly ScriptedProbe _probe = new(_ => Task.FromResult<object?>(null));

    [SetUp]
    public void Reset() => _probe.Answer = _ => Task.FromResult<object?>(null);

    [Test]
    public async Task Is_healthy_while_all_endpoints_are_healthy()
    {
        Run(Strict());
        await UntilAll(EndpointHealth.Healthy);

        (await CheckAsync(Health)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Healthy && entry.Description == null);
        (await CheckAsync(Ready)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Healthy && entry.Description == null);
        (await CheckAsync(Ready)).Tags.Should().Equal("ready");
    }

    [Test]
    public async Task Is_unhealthy_while_a_strict_endpoint_is_unhealthy()
    {
        _probe.Answer = _ => throw new IOException("it is overloaded");
        Run(Strict());
        await UntilAll(EndpointHealth.Unhealthy);

        foreach (var check in new[] { Health, Ready })
        {
            var entry = await CheckAsync(check);
            entry.Status.Should().Be(HealthStatus.Unhealthy);
            entry.Description.Should().BeApproved();
        }

        _probe.Answer = _ => Task.FromResult<object?>(null);
        await UntilAll(EndpointHealth.Healthy);
        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Healthy);
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task Stays_ready_when_a_strict_endpoint_fails_later()
    {
        Run(Strict());
        await UntilAll(EndpointHealth.Healthy);

        _probe.Answer = _ => throw new IOException("it is overloaded");
        (await UntilAll(EndpointHealth.Unhealthy)).IsReady.Should().BeTrue();
        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Unhealthy);
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task Uses_the_failure_status_of_the_registration()
    {
        _probe.Answer = _ => throw new IOException("no");
        Run(checks => checks.AddEndpointMtls(failureStatus: HealthStatus.Degraded).AddEndpointReadiness(failureStatus: HealthStatus.Degraded), Strict());
        await UntilAll(EndpointHealth.Unhealthy);

        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Degraded);
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Degraded);
    }

    [Test]
    public async Task Ignores_an_unhealthy_endpoint_that_is_not_strict()
    {
        _probe.Answer = _ => throw new IOException("no");
        Run(Realm("a", "127.0.0.1:1"));
        await UntilAll(EndpointHealth.Unhealthy);

        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Healthy);
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task A_failed_lookup_degrades_health_and_not_readiness()
    {
        Dns.FailService("_grpc._tcp.stores", "no name server answers");
        Run(Realm("a", "dnssrv+_grpc._tcp.stores", "127.0.0.1:1"));
        await Until(set => set.Sources[0].LastError is not null && set.Endpoints is [{ Health: EndpointHealth.Healthy }]);

        var entry = await CheckAsync(Health);
        entry.Status.Should().Be(HealthStatus.Degraded);
        entry.Description.Should().BeApproved();
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task An_invalid_file_degrades_health()
    {
        Run(new RealmOptions { Name = "a", EndpointsSdFiles = { new FileSdOptions { Files = { Folder.Write("a.json", "{}") } } } });

        var entry = await CheckAsync(Health);
        entry.Status.Should().Be(HealthStatus.Degraded);
        entry.Description.Should().Contain(Folder["a.json"]).And.BeApproved();
    }

    [Test]
    public async Task Readiness_explains_why_the_set_is_not_ready()
    {
        Options.Readiness = ReadinessPolicy.Any;
        _probe.Answer = _ => new TaskCompletionSource<object?>().Task;
        Run(Realm("a", "127.0.0.1:1"));

        var entry = await CheckAsync(Ready);
        entry.Status.Should().Be(HealthStatus.Unhealthy);
        entry.Description.Should().BeApproved();
        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Healthy);
    }

    private void Run(params RealmOptions[] realms) => Run(checks => checks.AddEndpointMtls().AddEndpointReadiness(tags: ["ready"]), realms);

    private void Run(Action<IHealthChecksBuilder> add, params RealmOptions[] realms) => Start(
        services => add(services.AddSingleton<IEndpointProbe>(_probe).AddHealthChecks()), realms);

    private static RealmOptions Strict()
    {
        var realm = Realm("a", "127.0.0.1:1");
        realm.Strict = true;
        return realm;
    }

    private async Task<HealthReportEntry> CheckAsync(string name) =>
        (await Services.Get<HealthCheckService>().CheckHealthAsync(check => check.Name == name).WithTimeout()).Entries[name];
}
