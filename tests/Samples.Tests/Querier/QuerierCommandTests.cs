using System.Net;
using EndpointMtls;
using Querier;
using Thanos.CommandLine;

namespace Samples.Tests.Querier;

public sealed class QuerierCommandTests
{
    [TestCase("1ms", 1)]
    [TestCase("500ms", 500)]
    [TestCase("10s", 10_000)]
    [TestCase("1m30s", 90_000)]
    [TestCase("2", 2_000)]
    public async Task Reads_the_rotation_period_of_the_demo(string period, int milliseconds) =>
        (await ParseAsync("--demo-rotate", period)).DemoRotate.Should().Be(TimeSpan.FromMilliseconds(milliseconds));

    [Test]
    public async Task The_demo_does_not_rotate_by_default() =>
        (await ParseAsync()).DemoRotate.Should().BeNull();

    [TestCase("0")]
    [TestCase("0s")]
    [TestCase("-1s")]
    [TestCase("0.0001")]
    [TestCase("soon")]
    [TestCase("NaN")]
    [TestCase("99y")]
    public async Task Rejects_an_invalid_rotation_period(string period) =>
        await RejectsAsync($"--demo-rotate '{period}' is not a usable duration. Write it like *", "--demo-rotate", period);

    [Test]
    public async Task Rejects_rotation_with_an_endpoints_file() =>
        await RejectsAsync("--demo-rotate is only for the demo*--endpoints-config 'mine.yaml'*", "--demo-rotate", "1s", "--endpoints-config", "mine.yaml");

    [Test]
    public async Task The_endpoint_set_has_the_defaults_of_Thanos() =>
        (await ParseAsync()).Should().BeEquivalentTo(new
        {
            DnsInterval = TimeSpan.FromSeconds(30),
            UnhealthyTimeout = TimeSpan.FromMinutes(5),
            InfoTimeout = TimeSpan.FromSeconds(5),
            Readiness = ReadinessPolicy.AllStrict,
            DnsServers = Array.Empty<IPEndPoint>(),
        });

    [Test]
    public async Task Reads_the_options_of_the_endpoint_set()
    {
        var options = await ParseAsync(
            "--store.sd-dns-interval", "1m", "--store.unhealthy-timeout", "90s", "--endpoint.info-timeout", "500ms",
            "--readiness", "any_per_realm", "--dns-server", "127.0.0.1:53", "--dns-server", "[::1]:5353");

        options.Should().BeEquivalentTo(new
        {
            DnsInterval = TimeSpan.FromMinutes(1),
            UnhealthyTimeout = TimeSpan.FromSeconds(90),
            InfoTimeout = TimeSpan.FromMilliseconds(500),
            Readiness = ReadinessPolicy.AnyPerRealm,
        });
        options.DnsServers.Should().Equal(new IPEndPoint(IPAddress.Loopback, 53), new IPEndPoint(IPAddress.IPv6Loopback, 5353));
    }

    [TestCase("--readiness", "most", "*Write all_strict, any or any_per_realm.")]
    [TestCase("--dns-server", "127.0.0.1", "*Write it like 127.0.0.1:53.")]
    [TestCase("--dns-server", "127.0.0.1:0", "*Write it like 127.0.0.1:53.")]
    [TestCase("--dns-server", "dns.example.com:53", "*Write it like 127.0.0.1:53.")]
    [TestCase("--store.sd-dns-interval", "500ms", "*from 1s to 24h.")]
    [TestCase("--store.unhealthy-timeout", "2d", "*from 1s to 24h.")]
    [TestCase("--endpoint.info-timeout", "1ms", "*from 10ms to 1h.")]
    [TestCase("--endpoint.info-timeout", "soon", "*not a usable duration*")]
    public async Task Rejects_options_that_the_endpoint_set_does_not_support(string option, string text, string message) =>
        await RejectsAsync($"{option} '{text}' {message}", option, text);

    private static async Task RejectsAsync(string message, params string[] arguments)
    {
        var parse = () => ParseAsync(arguments);

        await parse.Should().ThrowAsync<StartupException>().WithMessage(message);
    }

    private static async Task<QuerierOptions> ParseAsync(params string[] arguments)
    {
        QuerierOptions? parsed = null;
        var command = QuerierCommand.Create((options, _) =>
        {
            parsed = options;
            return Task.CompletedTask;
        });
        await command.Parse(arguments).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        return parsed!;
    }
}
