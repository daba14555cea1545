using System.Net;
using System.Net.Sockets;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>With invalid settings the querier exits at once and reports the fix.</summary>
public sealed class StartupTests
{
    [Test]
    public async Task Reports_all_configuration_errors_at_once_without_a_stack_trace()
    {
        using var folder = new TempFolder();
        var config = folder.Write("endpoints.yaml", "- name: a\n  endpoints: [\"nonsense\"]\n- name: b\n  tls_confg: { ca_file: ca.crt }\n  endpoints: [\"127.0.0.1:1\"]\n");

        var errors = await FailAsync("--endpoints-config", config);

        errors.Should().ContainAll("nonsense", "tls_confg").And.NotContain("   at ");
    }

    [Test]
    public async Task Reports_a_missing_configuration_file() =>
        (await FailAsync("--endpoints-config", "/no/such/endpoints.yaml")).Should().Contain("/no/such/endpoints.yaml").And.NotContain("   at ");

    [Test]
    public async Task Reports_a_port_in_use_in_one_line()
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
    public async Task Reports_an_invalid_option(string option, string value) =>
        (await FailAsync(option, value)).Should().Contain(option).And.Contain(value).And.NotContain("   at ");

    private static async Task<string> FailAsync(params string[] arguments)
    {
        await using var process = ChildProcess.StartSample("Querier", arguments);
        var exitCode = await process.WaitForExitAsync();
        Assert.That(exitCode, Is.EqualTo(1), process.Output);
        return process.Errors.Trim();
    }
}
