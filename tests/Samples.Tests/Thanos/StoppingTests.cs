using Grpc.Net.Client;
using Samples.Tests.Support;
using Thanos.Api;

namespace Samples.Tests.Thanos;

/// <summary>How the samples end: with exit code 0 after a signal, and with one line after a wrong configuration.</summary>
[CancelAfter(120_000)]
[Platform(Exclude = "Win", Reason = "Windows has no such signals.")]
internal sealed class StoppingTests
{
    [Test]
    public async Task The_querier_stops_while_a_store_hangs_and_pages_are_open([Values("INT", "TERM")] string signal, CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource();
        await using var hanging = await TestStore.StartAsync(new TestStore
        {
            SendSeries = async (_, context) =>
            {
                asked.SetResult();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            },
        });
        using var querier = await RunningQuerier.StartAsync([hanging], cancellation);
        var query = querier.GetAsync("/api/v1/query?query=up&time=1", cancellation);
        using var events = await querier.OpenAsync("/events", cancellation);
        await asked.Task.WaitAsync(cancellation);

        await querier.Process.SignalAsync(signal, cancellation);
        await querier.Process.WaitForExitAsync(cancellation);

        querier.Process.ExitCode.Should().Be(0);
        ((string)(await query)["errorType"]!).Should().Be("unavailable");
        (await querier.Process.StandardError.ReadToEndAsync(cancellation)).Should().BeEmpty();
    }

    [Test]
    public async Task The_node_stops_while_a_client_is_connected([Values("INT", "TERM")] string signal, CancellationToken cancellation)
    {
        using var node = SampleProcess.Start("StoreNode", "--grpc-address", "localhost:0");
        using var channel = GrpcChannel.ForAddress($"http://{await node.ReadAddressAsync(cancellation)}");
        using var call = new Store.StoreClient(channel).Series(new SeriesRequest { MaxTime = long.MaxValue, Matchers = { new LabelMatcher { Name = "__name__", Value = "up" } } }, cancellationToken: cancellation);
        await call.ResponseHeadersAsync;

        await node.SignalAsync(signal, cancellation);
        await node.WaitForExitAsync(cancellation);

        node.ExitCode.Should().Be(0);
        (await node.StandardError.ReadToEndAsync(cancellation)).Should().BeEmpty();
    }

    [TestCase("Querier", "--http-address", "nowhere:1")]
    [TestCase("Querier", "--http-address", "192.0.2.1:80")]
    [TestCase("Querier", "--endpoints-config", "/")]
    [TestCase("Querier", "--endpoints-config", "")]
    [TestCase("StoreNode", "--component", "none")]
    [TestCase("Querier", "--store.limits.samples", "-1")]
    [TestCase("Querier", "--query.limits.response-size", "256")]
    [TestCase("Querier", "--log.level", "loud")]
    [TestCase("Querier", "--no-such-option", "1")]
    [TestCase("StoreNode", "--grpc-address", "192.0.2.1:80")]
    [TestCase("StoreNode", "--log.format", "xml")]
    [TestCase("StoreNode", "--grpc-server-tls-client-ca", "/no/such/file")]
    [TestCase("StoreNode", "--retention", "0s")]
    public async Task A_wrong_option_is_an_error_of_one_readable_line(string sample, string option, string value, CancellationToken cancellation)
    {
        using var process = SampleProcess.Start(sample, option, value);

        var error = (await process.StandardError.ReadToEndAsync(cancellation)).TrimEnd();
        await process.WaitForExitAsync(cancellation);

        process.ExitCode.Should().Be(1);
        error.Should().StartWith($"{sample}: ").And.NotContain("   at ").And.NotContain("Exception");
        new[] { option, value }.Where(text => text.Length > 0).Should().Contain(text => error.Contains(text));
        error.Split('\n').Where(line => line.Length > 0).Should().HaveCountLessThanOrEqualTo(2);
    }

    [TestCase("[::1]:0", "[::1]")]
    [TestCase(":0", "127.0.0.1")]
    [TestCase("localhost:0", "127.0.0.1")]
    public async Task Listens_on_addresses_as_Go_writes_them(string address, string host, CancellationToken cancellation)
    {
        using var node = SampleProcess.Start("StoreNode", "--grpc-address", address, "--exit-with-stdin");
        var port = new Uri($"http://{await node.ReadAddressAsync(cancellation)}").Port;
        using var channel = GrpcChannel.ForAddress($"http://{host}:{port}");

        var info = await new Info.InfoClient(channel).InfoAsync(new InfoRequest(), cancellationToken: cancellation);

        info.ComponentType.Should().Be("store");
        node.StandardInput.Close();
        await node.WaitForExitAsync(cancellation);
    }
}
