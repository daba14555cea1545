using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Tests.Realms;

public sealed class RealmHealthTests
{
    private static readonly DateTimeOffset Now = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private readonly LiveOptions _options = new();
    private TestTimeProvider _time = null!;
    private TempFolder _folder = null!;
    private TestServices _services = null!;

    [SetUp]
    public void Start()
    {
        (_folder, _time) = (new TempFolder(), new TestTimeProvider(Now));
        _options.Set(Realm("eu", notAfter: Now.AddDays(100)), new RealmOptions { Name = "plain", Endpoints = { "b:1" } });
        _services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            _options.AddTo(services);
            services.AddHealthChecks().AddEndpointMtls(tags: ["ready"]);
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Is_healthy_while_all_is_as_it_was_meant()
    {
        (await CheckAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Healthy && entry.Description == null);
        (await CheckAsync()).Tags.Should().Equal("ready");
    }

    [Test]
    public async Task Says_also_while_it_is_healthy_which_realms_verify_no_server()
    {
        _options.Set(new RealmOptions { Name = "blind", Endpoints = { "a:1" }, TlsConfig = new TlsOptions { InsecureSkipVerify = true } });

        (await CheckAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Healthy && entry.Description == "Realm 'blind' verifies no server: 'insecure_skip_verify' is true.");
    }

    [Test]
    public async Task Is_degraded_while_the_configuration_cannot_be_taken_over()
    {
        await CheckAsync();

        _options.Set(new RealmOptions { Name = "plain", Endpoints = { "b" } });
        (await CheckAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded
            && entry.Description == "The configuration was changed and cannot be taken over. realms[0].endpoints[0]: 'b' is not an address: it has no port. Write 'host:port'; there is no default port.");

        _options.Set(new RealmOptions { Name = "plain", Endpoints = { "b:1" } });
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task Is_degraded_while_the_files_of_a_realm_cannot_be_taken_over()
    {
        await CheckAsync();
        _folder.Write("eu/ca.crt", "garbage");

        await _services.Get<RotatingCertificateProvider>("eu").ReloadAsync().WithTimeout();

        (await CheckAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded
            && entry.Description!.StartsWith("The files of realm 'eu' were changed and cannot be taken over. "));
    }

    [Test]
    public async Task Is_degraded_when_a_renewal_is_overdue_and_unhealthy_when_the_certificate_has_expired()
    {
        await CheckAsync();

        _time.Advance(TimeSpan.FromDays(90));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await CheckAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded
            && entry.Description == $"The certificate 'CN=eu' of realm 'eu' expires on {Now.AddDays(100):u}, and its renewal is overdue.");

        _time.Advance(TimeSpan.FromDays(10));
        (await CheckAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy
            && entry.Description == $"The certificate 'CN=eu' of realm 'eu' expired on {Now.AddDays(100):u}. Renew it.");
    }

    [Test]
    public async Task Is_unhealthy_from_the_very_moment_at_which_the_certificate_expires()
    {
        await CheckAsync();

        _time.Advance(TimeSpan.FromDays(100));

        (await CheckAsync()).Status.Should().Be(HealthStatus.Unhealthy);
    }

    [Test]
    public async Task An_expired_certificate_is_what_whoever_registered_the_check_says()
    {
        await using var services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            _options.AddTo(services);
            services.AddHealthChecks().AddEndpointMtls(failureStatus: HealthStatus.Degraded);
        });
        _ = services.Factory;

        _time.Advance(TimeSpan.FromDays(100));

        (await services.Get<HealthCheckService>().CheckHealthAsync().WithTimeout()).Status.Should().Be(HealthStatus.Degraded);
    }

    [Test]
    public async Task Says_all_there_is_and_first_what_is_wrong_with_the_configuration()
    {
        await CheckAsync();
        _options.Set(new RealmOptions { Name = "plain", Endpoints = { "b" } });
        _time.Advance(TimeSpan.FromDays(100));

        (await CheckAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy
            && entry.Description!.StartsWith("The configuration was changed") && entry.Description.EndsWith(" Renew it."));
    }

    private RealmOptions Realm(string name, DateTimeOffset notAfter) => new()
    {
        Name = name,
        Endpoints = { "a:1" },
        TlsConfig = _folder.WriteRealm(name, _root, _root.Issue(name, [], TestCa.ClientAuthentication, Now, notAfter)),
    };

    private async Task<HealthReportEntry> CheckAsync() =>
        (await _services.Get<HealthCheckService>().CheckHealthAsync().WithTimeout()).Entries["endpoint_mtls"];
}
