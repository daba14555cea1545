using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>What health checks make of endpoints and of what they are found by.</summary>
public sealed class EndpointHealthCheckTests : EndpointSetFixture
{
    private const string Health = "endpoint_mtls";
    private const string Ready = "endpoint_readiness";

    private readonly ScriptedProbe _probe = new(_ => Task.FromResult<object?>(null));

    [SetUp]
    public void BeWell() => _probe.Answer = _ => Task.FromResult<object?>(null);

    [Test]
    public async Task All_is_well_while_every_endpoint_is()
    {
        Run(Strict());
        await UntilAll(EndpointHealth.Healthy);

        (await CheckAsync(Health)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Healthy && entry.Description == null);
        (await CheckAsync(Ready)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Healthy && entry.Description == null);
        (await CheckAsync(Ready)).Tags.Should().Equal("ready");
    }

    [Test]
    public async Task A_strict_endpoint_that_is_down_is_unhealthy_until_it_is_up()
    {
        _probe.Answer = _ => throw new IOException("it is on strike");
        Run(Strict());
        await UntilAll(EndpointHealth.Unhealthy);

        const string Reason = "A strict endpoint is down. Endpoint '127.0.0.1:1' of realm 'a': it is on strike.";
        (await CheckAsync(Health)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy && entry.Description == Reason);
        (await CheckAsync(Ready)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy && entry.Description == Reason);

        _probe.Answer = _ => Task.FromResult<object?>(null);
        await UntilAll(EndpointHealth.Healthy);
        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Healthy);
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task A_strict_endpoint_that_dies_later_does_not_take_the_service_out_of_service()
    {
        Run(Strict());
        await UntilAll(EndpointHealth.Healthy);

        _probe.Answer = _ => throw new IOException("it is on strike");
        (await UntilAll(EndpointHealth.Unhealthy)).IsReady.Should().BeTrue();
        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Unhealthy);
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task A_failure_is_what_whoever_registered_the_checks_says()
    {
        _probe.Answer = _ => throw new IOException("no");
        Run(checks => checks.AddEndpointMtls(failureStatus: HealthStatus.Degraded).AddEndpointReadiness(failureStatus: HealthStatus.Degraded), Strict());
        await UntilAll(EndpointHealth.Unhealthy);

        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Degraded);
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Degraded);
    }

    [Test]
    public async Task An_endpoint_that_is_not_strict_may_be_down()
    {
        _probe.Answer = _ => throw new IOException("no");
        Run(Realm("a", "127.0.0.1:1"));
        await UntilAll(EndpointHealth.Unhealthy);

        (await CheckAsync(Health)).Status.Should().Be(HealthStatus.Healthy);
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task A_name_that_cannot_be_looked_up_degrades_health_and_not_readiness()
    {
        Dns.FailService("_grpc._tcp.stores", "nobody answers");
        Run(Realm("a", "dnssrv+_grpc._tcp.stores"));
        await Until(set => set.Sources[0].LastError is not null);

        (await CheckAsync(Health)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded
            && entry.Description == "Endpoints of realm 'a' cannot be discovered. 'dnssrv+_grpc._tcp.stores' cannot be looked up: nobody answers.");
        (await CheckAsync(Ready)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task A_file_that_cannot_be_read_degrades_health()
    {
        Run(new RealmOptions { Name = "a", EndpointsSdFiles = { new FileSdOptions { Files = { Folder.Write("a.json", "{}") } } } });

        (await CheckAsync(Health)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded
            && entry.Description!.StartsWith($"Endpoints of realm 'a' cannot be discovered. {Folder["a.json"]}: must be a list of groups of targets"));
    }

    [Test]
    public async Task Readiness_says_what_it_waits_for()
    {
        Options.Readiness = ReadinessPolicy.Any;
        _probe.Answer = _ => new TaskCompletionSource<object?>().Task;
        Run(Realm("a", "127.0.0.1:1"));

        (await CheckAsync(Ready)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy && entry.Description == "No endpoint is healthy.");
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
