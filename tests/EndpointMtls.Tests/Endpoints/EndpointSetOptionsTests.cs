using EndpointMtls.Dns;
using EndpointMtls.Endpoints;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Endpoints;

public sealed class EndpointSetOptionsTests
{
    private static IEnumerable<TestCaseData> Ranges =>
    [
        Range(nameof(EndpointSetOptions.ProbeInterval), "100ms", 100, "1h", 3_600_000),
        Range(nameof(EndpointSetOptions.ProbeTimeout), "10ms", 10, "1h", 3_600_000),
        Range(nameof(EndpointSetOptions.UnhealthyTimeout), "1s", 1_000, "24h", 86_400_000),
        Range(nameof(EndpointSetOptions.DnsInterval), "1s", 1_000, "24h", 86_400_000),
        Range(nameof(EndpointSetOptions.DnsTimeout), "10ms", 10, "5m", 300_000),
    ];

    [Test]
    public void The_defaults_are_in_order() => ErrorsOf(_ => { }).Should().BeEmpty();

    [TestCaseSource(nameof(Ranges))]
    public void A_time_has_a_range(string option, string least, long from, string most, long to)
    {
        ErrorsOf(With(from)).Should().BeEmpty();
        ErrorsOf(With(to)).Should().BeEmpty();
        ErrorsOf(With(from - 1)).Should().Equal($"EndpointSetOptions.{option}: {from - 1}ms is out of range. From {least} to {most}.");
        ErrorsOf(With(to + 1)).Should().Equal($"EndpointSetOptions.{option}: {to + 1}ms is out of range. From {least} to {most}.");
        ErrorsOf(With(-1)).Should().Equal($"EndpointSetOptions.{option}: -1ms is out of range. From {least} to {most}.");

        Action<EndpointSetOptions> With(long milliseconds) =>
            options => typeof(EndpointSetOptions).GetProperty(option)!.SetValue(options, TimeSpan.FromMilliseconds(milliseconds));
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void At_least_one_probe_runs(int probes) => ErrorsOf(options => options.MaxParallelProbes = probes).Should()
        .Equal($"EndpointSetOptions.MaxParallelProbes: {probes} is out of range. At least 1.");

    [Test]
    public void A_policy_is_one_that_there_is() => ErrorsOf(options => options.Readiness = (ReadinessPolicy)3).Should()
        .Equal("EndpointSetOptions.Readiness: '3' is not one of its values. Use AllStrict or Any or AnyPerRealm.");

    [Test]
    public void A_name_server_is_an_IP_address_with_a_port_or_without([Values(null, "", "dns.example", "10.0.0.53:0", "1", "10.0.0.53:x", "https://10.0.0.53")] string? text) =>
        ErrorsOf(options => options.NameServers.Add(text!)).Should()
            .Equal($"EndpointSetOptions.NameServers[0]: '{text}' is not a DNS server. Write its IP address, with a port or without, such as '10.0.0.53' or '[2001:db8::53]:5353'.");

    [TestCase("10.0.0.53", "10.0.0.53:53")]
    [TestCase("10.0.0.53:5353", "10.0.0.53:5353")]
    [TestCase("2001:db8::53", "[2001:db8::53]:53")]
    [TestCase("[2001:db8::53]:5353", "[2001:db8::53]:5353")]
    public void The_port_of_a_name_server_is_53_unless_it_is_another(string text, string server) =>
        NameServerText.Parse(text).ToString().Should().Be(server);

    [Test]
    public void Name_servers_can_come_from_configuration()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("NameServers:0", "10.9.9.9:5353"), new("ProbeInterval", "00:00:07")]).Build();
        var options = new EndpointSetOptions();

        section.Bind(options);

        options.NameServers.Should().Equal("10.9.9.9:5353");
        options.ProbeInterval.Should().Be(TimeSpan.FromSeconds(7));
    }

    [Test]
    public async Task Everything_that_is_wrong_keeps_a_host_from_starting()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "127.0.0.1:1" } }));
        builder.Services.AddEndpointSet(options => (options.ProbeInterval, options.MaxParallelProbes) = (TimeSpan.Zero, 0));
        using var host = builder.Build();

        (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!.Failures.Should().Equal(
            "EndpointSetOptions.ProbeInterval: 0s is out of range. From 100ms to 1h.",
            "EndpointSetOptions.MaxParallelProbes: 0 is out of range. At least 1.");
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

    private static TestCaseData Range(string option, string least, long from, string most, long to) => new TestCaseData(option, least, from, most, to).SetArgDisplayNames(option);

    private static IEnumerable<string> ErrorsOf(Action<EndpointSetOptions> configure)
    {
        var options = new EndpointSetOptions();
        configure(options);
        return new EndpointSetOptionsValidator().Validate(null, options).Failures ?? [];
    }
}
