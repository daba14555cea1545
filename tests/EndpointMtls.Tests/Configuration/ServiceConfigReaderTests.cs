using EndpointMtls.Configuration.Readers;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads valid service configs, and passes each of them to Grpc.Net.Client.</summary>
public sealed class ServiceConfigReaderTests
{
    private const string Retry = """{"maxAttempts":3,"initialBackoff":"0.5s","maxBackoff":"10s","backoffMultiplier":1.5,"retryableStatusCodes":["UNAVAILABLE","deadline_exceeded",8]}""";

    [Test]
    public void Reads_an_empty_object() => Read("{}").Should().BeEquivalentTo(
        new { LoadBalancingConfigs = Array.Empty<object>(), MethodConfigs = Array.Empty<object>(), RetryThrottling = (object?)null });

    [Test]
    public void Reads_load_balancing_policies_in_order() =>
        Read("""{"loadBalancingConfig":[{"pick_first":{}},{"round_robin":{}}]}""").LoadBalancingConfigs.Should().SatisfyRespectively(
            first => first.Should().BeOfType<PickFirstConfig>(), second => second.Should().BeOfType<RoundRobinConfig>());

    [Test]
    public void Reads_a_retry_policy()
    {
        var method = Read($$"""{"methodConfig":[{"name":[{"service":"store.Store","method":"Series"},{"service":"store.Info"}],"retryPolicy":{{Retry}}}]}""").MethodConfigs.Single();

        method.Names.Select(name => (name.Service, name.Method)).Should().Equal(("store.Store", "Series"), ("store.Info", null));
        method.HedgingPolicy.Should().BeNull();
        method.RetryPolicy.Should().BeEquivalentTo(new { MaxAttempts = 3, InitialBackoff = TimeSpan.FromSeconds(0.5), MaxBackoff = TimeSpan.FromSeconds(10), BackoffMultiplier = 1.5 });
        method.RetryPolicy!.RetryableStatusCodes.Should().Equal(StatusCode.Unavailable, StatusCode.DeadlineExceeded, StatusCode.ResourceExhausted);
    }

    [Test]
    public void Reads_a_hedging_policy()
    {
        var policy = Read("""{"methodConfig":[{"name":[{}],"hedgingPolicy":{"maxAttempts":2,"hedgingDelay":"0s","nonFatalStatusCodes":["UNAVAILABLE"]}}]}""").MethodConfigs.Single().HedgingPolicy!;

        policy.Should().BeEquivalentTo(new { MaxAttempts = 2, HedgingDelay = TimeSpan.Zero });
        policy.NonFatalStatusCodes.Should().Equal(StatusCode.Unavailable);
        Read("""{"methodConfig":[{"name":[{}],"hedgingPolicy":{"maxAttempts":2}}]}""").MethodConfigs.Single().HedgingPolicy!.HedgingDelay.Should().BeNull();
    }

    [Test]
    public void Reads_retry_throttling() =>
        Read("""{"retryThrottling":{"maxTokens":1000,"tokenRatio":0.1}}""").RetryThrottling.Should().BeEquivalentTo(new { MaxTokens = 1000, TokenRatio = 0.1 });

    [TestCase("[{}]", null, null)]
    [TestCase("""[{"service":"","method":""}]""", null, null)]
    [TestCase("""[{"service":"a.B","method":""}]""", "a.B", null)]
    public void Reads_an_empty_name_as_the_name_for_all_methods(string names, string? service, string? method) =>
        Read($$"""{"methodConfig":[{"name":{{names}}}]}""").MethodConfigs.Single().Names.Single().Should().BeEquivalentTo(new { Service = service, Method = method });

    [TestCase("1s", 1_000)]
    [TestCase("0.001s", 1)]
    [TestCase("1.500s", 1_500)]
    [TestCase("999999s", 999_999_000)]
    public void Reads_a_duration_in_seconds(string text, long milliseconds) =>
        Read(Retrying(Retry.Replace("0.5s", text, StringComparison.Ordinal))).MethodConfigs.Single().RetryPolicy!.InitialBackoff.Should().Be(TimeSpan.FromMilliseconds(milliseconds));

    [Test]
    public void Reads_every_status_code_in_the_spelling_of_gRPC([Values] StatusCode code)
    {
        // gRPC also spells this one 'CANCELLED'.
        var written = string.Concat(code.ToString().Select((c, index) => index > 0 && char.IsUpper(c) && code != StatusCode.OK ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

        Read(Retrying(Retry.Replace("\"UNAVAILABLE\",\"deadline_exceeded\",8", $"\"{written}\",{(int)code}", StringComparison.Ordinal)))
            .MethodConfigs.Single().RetryPolicy!.RetryableStatusCodes.Should().Equal(code, code);
    }

    private static string Retrying(string policy) => $$"""{"methodConfig":[{"name":[{}],"retryPolicy":{{policy}}}]}""";

    /// <summary>Reads a service config, creates a channel with it, and starts a call.</summary>
    private static ServiceConfig Read(string json)
    {
        var config = ServiceConfigReader.Read(json);
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:1", new GrpcChannelOptions { ServiceConfig = config });
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using var call = new Protos.Echo.EchoClient(channel).UnaryAsync(new Protos.EchoRequest(), cancellationToken: cancelled.Token);
        return config;
    }
}
