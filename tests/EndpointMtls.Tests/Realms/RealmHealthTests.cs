using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Tests.Realms;

/// <summary>The health check reports rejected changes and expiring certificates.</summary>
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
    public async Task Is_healthy_without_findings()
    {
        (await CheckAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Healthy && entry.Description == null);
        (await CheckAsync()).Tags.Should().Equal("ready");
    }

    [Test]
    public async Task Describes_realms_that_verify_no_server_while_healthy()
    {
        _options.Set(new RealmOptions { Name = "blind", Endpoints = { "a:1" }, TlsConfig = new TlsOptions { InsecureSkipVerify = true } });

        (await CheckAsync(HealthStatus.Healthy)).Should().Contain("'blind'");
    }

    [Test]
    public async Task Is_degraded_while_the_configuration_is_rejected()
    {
        await CheckAsync();

        _options.Set(new RealmOptions { Name = "plain", Endpoints = { "b" } });
        (await CheckAsync(HealthStatus.Degraded)).Should().Contain("realms[0].endpoints[0]: 'b'");

        _options.Set(new RealmOptions { Name = "plain", Endpoints = { "b:1" } });
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task Is_degraded_while_the_files_of_a_realm_are_rejected()
    {
        await CheckAsync();
        _folder.Write("eu/ca.crt", "garbage");

        await _services.Get<RotatingCertificateProvider>("eu").ReloadAsync().WithTimeout();

        (await CheckAsync(HealthStatus.Degraded)).Should().Contain("realm 'eu'").And.Contain(_folder["eu/ca.crt"]);
    }

    [Test]
    public async Task Is_degraded_when_a_renewal_is_overdue_and_unhealthy_when_the_certificate_has_expired()
    {
        await CheckAsync();

        _time.Advance(TimeSpan.FromDays(90));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await CheckAsync(HealthStatus.Degraded)).Should().Contain("'CN=eu'").And.Contain("'eu'").And.Contain($"{Now.AddDays(100):u}");

        _time.Advance(TimeSpan.FromDays(10));
        (await CheckAsync(HealthStatus.Unhealthy)).Should().Contain("'CN=eu'").And.Contain("'eu'").And.Contain($"{Now.AddDays(100):u}");
    }

    [Test]
    public async Task Is_unhealthy_exactly_when_the_certificate_expires()
    {
        await CheckAsync();

        _time.Advance(TimeSpan.FromDays(100));

        (await CheckAsync()).Status.Should().Be(HealthStatus.Unhealthy);
    }

    [Test]
    public async Task Is_unhealthy_when_an_intermediate_has_expired()
    {
        var upper = _root.CreateIntermediate("upper", Now.AddDays(50));
        _options.Set(Realm("eu", upper.Issue("eu", [], TestCa.ClientAuthentication, Now, Now.AddDays(100))));
        await CheckAsync();

        _time.Advance(TimeSpan.FromDays(50));

        (await CheckAsync(HealthStatus.Unhealthy)).Should().Contain("'CN=upper'");
    }

    [Test]
    public async Task Reports_the_last_trust_anchor_and_no_other()
    {
        _folder.Write("eu/ca.crt", TestCa.CreateRoot("first", Now.AddDays(10)).Pem + "\n" + TestCa.CreateRoot("last", Now.AddDays(60)).Pem);
        await _services.Get<RotatingCertificateProvider>("eu").ReloadAsync().WithTimeout();

        _time.Advance(TimeSpan.FromDays(20));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromDays(11));
        (await CheckAsync(HealthStatus.Degraded)).Should().Contain("'CN=last'");
        _time.Advance(TimeSpan.FromDays(29));
        (await CheckAsync(HealthStatus.Unhealthy)).Should().Contain("'CN=last'");
    }

    [Test]
    public async Task Is_degraded_while_a_CRL_has_expired()
    {
        var realm = Realm("eu", Now.AddDays(100));
        realm.TlsConfig!.CrlFile.Add(_folder.Write("eu/ca.crl", TestCa.ToPem(_root.IssueCrl([], thisUpdate: null, Now.AddDays(1)))));
        _options.Set(realm);
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);

        _time.Advance(TimeSpan.FromDays(1));

        (await CheckAsync(HealthStatus.Degraded)).Should().Contain("CRL of 'CN=root'");
    }

    [TestCase(14)]
    [TestCase(0)]
    public async Task Is_degraded_when_the_expiry_warning_is_left(int days)
    {
        var realm = Realm("eu", Now.AddDays(100));
        realm.TlsConfig!.ExpiryWarning = TimeSpan.FromDays(days);
        _options.Set(realm);

        _time.Advance(TimeSpan.FromDays(100 - days) - TimeSpan.FromSeconds(1));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromSeconds(2));
        (await CheckAsync()).Status.Should().Be(days == 0 ? HealthStatus.Unhealthy : HealthStatus.Degraded);
    }

    [Test]
    public async Task An_expired_certificate_has_the_failure_status_of_the_registration()
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
    public async Task Describes_all_findings_with_the_configuration_first()
    {
        await CheckAsync();
        _options.Set(new RealmOptions { Name = "plain", Endpoints = { "b" } });
        _time.Advance(TimeSpan.FromDays(100));

        (await CheckAsync(HealthStatus.Unhealthy)).Should().MatchRegex("'b' .* 'CN=eu'");
        var data = (await CheckAsync()).Data;
        data.Keys.Should().Equal("1", "2");
        data["2"].Should().BeOfType<string>().Which.Should().StartWith("The certificate 'CN=eu'");
    }

    /// <returns>The description, whose text is approved.</returns>
    private async Task<string> CheckAsync(HealthStatus expected)
    {
        var entry = await CheckAsync();
        entry.Status.Should().Be(expected);
        entry.Description.Should().BeApproved();
        return entry.Description!;
    }

    private RealmOptions Realm(string name, DateTimeOffset notAfter) =>
        Realm(name, _root.Issue(name, [], TestCa.ClientAuthentication, Now, notAfter));

    private RealmOptions Realm(string name, TestCertificate client) =>
        new() { Name = name, Endpoints = { "a:1" }, TlsConfig = _folder.WriteRealm(name, _root, client) };

    private async Task<HealthReportEntry> CheckAsync() =>
        (await _services.Get<HealthCheckService>().CheckHealthAsync().WithTimeout()).Entries["endpoint_mtls"];
}
