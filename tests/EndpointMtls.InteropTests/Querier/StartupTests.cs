using System.Net;
using System.Net.Sockets;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>What cannot work ends at once, with one message that says what to do.</summary>
public sealed class StartupTests
{
    [Test]
    public async Task Errors_in_the_configuration_are_told_all_at_once_and_without_a_stack_trace()
    {
        using var folder = new TempFolder();
        var config = folder.Write("endpoints.yaml", "- name: a\n  endpoints: [\"nonsense\"]\n- name: b\n  tls_confg: { ca_file: ca.crt }\n  endpoints: [\"127.0.0.1:1\"]\n");

        var errors = await FailAsync("--endpoints-config", config);

        errors.Should().ContainAll("nonsense", "tls_confg").And.NotContain("   at ");
    }

    [Test]
    public async Task A_missing_configuration_is_named() =>
        (await FailAsync("--endpoints-config", "/no/such/endpoints.yaml")).Should().Contain("/no/such/endpoints.yaml").And.NotContain("   at ");

    [Test]
    public async Task A_port_that_is_taken_is_told_in_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var errors = await FailAsync("--http-address", listener.LocalEndpoint.ToString()!);

        errors.Should().Contain($"Cannot listen on {listener.LocalEndpoint}").And.Contain("--http-address").And.NotContain("\n");
    }

    [TestCase("--http-address", "localhost")]
    [TestCase("--query.timeout", "soon")]
    [TestCase("--store.response-timeout", "-1s")]
    [TestCase("--demo-rotate", "0s")]
    public async Task An_option_that_makes_no_sense_is_named(string option, string value) =>
        (await FailAsync(option, value)).Should().Contain(option).And.Contain(value).And.NotContain("   at ");

    private static async Task<string> FailAsync(params string[] arguments)
    {
        await using var process = ChildProcess.StartSample("Querier", arguments);
        var exitCode = await process.WaitForExitAsync();
        Assert.That(exitCode, Is.EqualTo(1), process.Output);
        return process.Errors.Trim();
    }
}
