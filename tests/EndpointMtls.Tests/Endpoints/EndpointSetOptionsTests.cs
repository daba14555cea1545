using EndpointMtls.Dns;
using EndpointMtls.Endpoints;
using EndpointMtls.Tests.Support;
using EndpointMtls.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Validation and binding of <see cref="EndpointSetOptions"/>.</summary>
public sealed class EndpointSetOptionsTests
{
    private static IEnumerable<TestCaseData> Ranges =>
    [
        Range(nameof(EndpointSetOptions.ProbeInterval), 100, 3_600_000),
        Range(nameof(EndpointSetOptions.ProbeTimeout), 10, 3_600_000),
        Range(nameof(EndpointSetOptions.UnhealthyTimeout), 1_000, 86_400_000),
        Range(nameof(EndpointSetOptions.DnsInterval), 1_000, 86_400_000),
        Range(nameof(EndpointSetOptions.DnsTimeout), 10, 300_000),
    ];

    [Test]
    public void The_defaults_are_valid() => ErrorsOf(_ => { }).Should().BeEmpty();

    [TestCaseSource(nameof(Ranges))]
    public void Limits_durations(string option, long min, long max)
    {
        ErrorsOf(With(min)).Should().BeEmpty();
        ErrorsOf(With(max)).Should().BeEmpty();
        foreach (var milliseconds in new[] { min - 1, max + 1, -1 })
        {
            ErrorsOf(With(milliseconds)).Should().ContainSingle(error => error.StartsWith($"EndpointSetOptions.{option}: '{Duration.Format(TimeSpan.FromMilliseconds(milliseconds))}' "));
            ErrorsOf(With(milliseconds)).Should().BeApproved();
        }

        Action<EndpointSetOptions> With(long milliseconds) =>
            options => typeof(EndpointSetOptions).GetProperty(option)!.SetValue(options, TimeSpan.FromMilliseconds(milliseconds));
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void Requires_at_least_one_parallel_probe(int probes) => ErrorsOf(options => options.MaxParallelProbes = probes).Should().BeApproved();

    [Test]
    public void Rejects_an_undefined_readiness_policy() => ErrorsOf(options => options.Readiness = (ReadinessPolicy)3).Should().BeApproved();

    [Test]
    public void Rejects_a_name_server_that_is_not_an_IP_address_with_an_optional_port([Values(null, "", "dns.example", "10.0.0.53:0", "1", "10.0.0.53:x", "https://10.0.0.53")] string? text) =>
        ErrorsOf(options => options.NameServers.Add(text!)).Should().BeApproved();

    [TestCase("10.0.0.53", "10.0.0.53:53")]
    [TestCase("10.0.0.53:5353", "10.0.0.53:5353")]
    [TestCase("2001:db8::53", "[2001:db8::53]:53")]
    [TestCase("[2001:db8::53]:5353", "[2001:db8::53]:5353")]
    public void The_port_of_a_name_server_defaults_to_53(string text, string server) =>
        NameServerText.Parse(text).ToString().Should().Be(server);

    [Test]
    public void Binds_options_from_configuration()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("NameServers:0", "10.9.9.9:5353"), new("ProbeInterval", "00:00:07")]).Build();
        var options = new EndpointSetOptions();

        section.Bind(options);

        options.NameServers.Should().Equal("10.9.9.9:5353");
        options.ProbeInterval.Should().Be(TimeSpan.FromSeconds(7));
    }

    [Test]
    public async Task All_errors_together_prevent_the_start_of_a_host()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "127.0.0.1:1" } }));
        builder.Services.AddEndpointSet(options => (options.ProbeInterval, options.MaxParallelProbes) = (TimeSpan.Zero, 0));
        using var host = builder.Build();

        var failures = (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!.Failures.ToList();
        failures.Should().HaveCount(2);
        failures[0].Should().StartWith("EndpointSetOptions.ProbeInterval: '0s' ");
        failures[1].Should().StartWith("EndpointSetOptions.MaxParallelProbes: '0' ");
    }

    [Test]
    public async Task Several_calls_configure_one_set()
    {
        await using var services = new TestServices(services => services
            .AddEndpointSet(options => options.ProbeInterval = TimeSpan.FromHours(1))
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "127.0.0.1:1" }, Probe = false }))
            .AddEndpointSet(options => options.NameServers.Add("127.0.0.1")));

        services.Get<IEnumerable<IEndpointSet>>().Should().ContainSingle();
        var options = services.Get<IOptions<EndpointSetOptions>>().Value;
        options.ProbeInterval.Should().Be(TimeSpan.FromHours(1));
        options.NameServers.Should().Equal("127.0.0.1");
    }

    private static TestCaseData Range(string option, long min, long max) => new TestCaseData(option, min, max).SetArgDisplayNames(option);

    private static IEnumerable<string> ErrorsOf(Action<EndpointSetOptions> configure)
    {
        var options = new EndpointSetOptions();
        configure(options);
        return new EndpointSetOptionsValidator().Validate(null, options).Failures ?? [];
    }
}
