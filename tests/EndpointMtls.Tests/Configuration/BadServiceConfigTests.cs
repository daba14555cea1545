using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Rejects service configs that Grpc.Net.Client would ignore, or that would make its calls fail.</summary>
public sealed class BadServiceConfigTests
{
    private const string Retry = """{"maxAttempts":3,"initialBackoff":"1s","maxBackoff":"2s","backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]}""";

    [TestCase("""{"healthCheckConfig":{}}""")]
    [TestCase("""{"LoadBalancingConfig":[]}""")]
    [TestCase("""{"loadBalancingConfig":{"round_robin":{}}}""")]
    [TestCase("""{"loadBalancingConfig":["round_robin"]}""")]
    [TestCase("""{"loadBalancingConfig":[{}]}""")]
    [TestCase("""{"loadBalancingConfig":[{"round_robin":{},"pick_first":{}}]}""")]
    [TestCase("""{"loadBalancingConfig":[{"grpclb":{}}]}""")]
    [TestCase("""{"loadBalancingConfig":[{"pick_first":{"shuffleAddressList":true}}]}""")]
    [TestCase("""{"loadBalancingConfig":[{"pick_first":null}]}""")]
    public void Rejects_load_balancing(string json) => Rejects(json);

    [TestCase("""{"methodConfig":{}}""")]
    [TestCase("""{"methodConfig":[1]}""")]
    [TestCase("""{"methodConfig":[{"name":[{}],"timeout":"1s"}]}""")]
    [TestCase("""{"methodConfig":[{}]}""")]
    [TestCase("""{"methodConfig":[{"name":[]}]}""")]
    [TestCase("""{"methodConfig":[{"name":{}}]}""")]
    [TestCase("""{"methodConfig":[{"name":["a.B"]}]}""")]
    [TestCase("""{"methodConfig":[{"name":[{"service":1}]}]}""")]
    [TestCase("""{"methodConfig":[{"name":[{"services":1}]}]}""")]
    [TestCase("""{"methodConfig":[{"name":[{"method":"Series"}]}]}""")]
    [TestCase("""{"methodConfig":[{"name":[{}]},{"name":[{"service":""}]}]}""")]
    [TestCase("""{"methodConfig":[{"name":[{"service":"a.B"},{"service":"a.B"}]}]}""")]
    [TestCase("""{"methodConfig":[{"name":[{"service":"a.B","method":"C"},{"service":"a.B","method":"C"}]}]}""")]
    public void Rejects_methods(string json) => Rejects(json);

    [TestCase("\"backoffMultiplier\":2", "\"perAttemptRecvTimeout\":\"1s\"")]
    [TestCase("\"maxAttempts\":3,", "")]
    [TestCase("[\"UNAVAILABLE\"]", "[]")]
    [TestCase("s\":3", "s\":1")]
    [TestCase("s\":3", "s\":2.5")]
    [TestCase("s\":3", "s\":\"3\"")]
    [TestCase("s\":3", "s\":1e10")]
    [TestCase("\"1s\"", "\"0s\"")]
    [TestCase("\"2s\"", "\"0.0s\"")]
    [TestCase("\"2s\"", "\"0.00000001s\"")]
    [TestCase("\"1s\"", "1")]
    [TestCase("\"1s\"", "\"1\"")]
    [TestCase("\"1s\"", "\"1m\"")]
    [TestCase("\"1s\"", "\"500ms\"")]
    [TestCase("\"1s\"", "\"-1s\"")]
    [TestCase("\"1s\"", "\"s\"")]
    [TestCase("\"1s\"", "\"1 s\"")]
    [TestCase("\"1s\"", "\"1000000s\"")]
    [TestCase("\"1s\"", "\"1e3s\"")]
    [TestCase("r\":2", "r\":0")]
    [TestCase("r\":2", "r\":-2")]
    [TestCase("r\":2", "r\":1e999")]
    [TestCase("r\":2", "r\":\"NaN\"")]
    [TestCase("[\"UNAVAILABLE\"]", "\"UNAVAILABLE\"")]
    [TestCase("[\"UNAVAILABLE\"]", "[\"UNAVALABLE\"]")]
    [TestCase("[\"UNAVAILABLE\"]", "[\"\"]")]
    [TestCase("[\"UNAVAILABLE\"]", "[17]")]
    [TestCase("[\"UNAVAILABLE\"]", "[true]")]
    public void Rejects_retries(string what, string instead)
    {
        Retry.Should().Contain(what);
        Rejects($$"""{"methodConfig":[{"name":[{}],"retryPolicy":{{Retry.Replace(what, instead, StringComparison.Ordinal)}}}]}""");
    }

    [TestCase("""{"maxAttempts":2,"delay":"1s"}""")]
    [TestCase("""{"hedgingDelay":"1s"}""")]
    [TestCase("""{"maxAttempts":2,"hedgingDelay":0}""")]
    [TestCase("[]")]
    public void Rejects_hedging(string policy) => Rejects($$"""{"methodConfig":[{"name":[{}],"hedgingPolicy":{{policy}}}]}""");

    [Test]
    public void Rejects_retries_together_with_hedging() => Rejects(
        $$"""{"methodConfig":[{"name":[{}],"hedgingPolicy":{"maxAttempts":2},"retryPolicy":{{Retry}}}]}""");

    [TestCase("""{"maxTokens":10}""")]
    [TestCase("""{"tokenRatio":10}""")]
    [TestCase("""{"maxTokens":10,"tokenRatio":0}""")]
    [TestCase("""{"maxTokens":0.5,"tokenRatio":1}""")]
    [TestCase("""{"maxTokens":1001,"tokenRatio":1}""")]
    [TestCase("""{"maxTokens":1e300,"tokenRatio":1}""")]
    [TestCase("""{"tokens":1}""")]
    [TestCase("null")]
    public void Rejects_throttling(string policy) => Rejects($$"""{"retryThrottling":{{policy}}}""");

    [TestCase("{\"loadBalancingConfig\":[],\"loadBalancingConfig\":[]}")]
    [TestCase("{\"methodConfig\":[{\"name\":[{}],\"name\":[{}]}]}")]
    [TestCase("{\"loadBalancingConfig\":[],\"loadBalancing\\u0043onfig\":[]}")]
    public void Rejects_a_duplicate_key(string json) => ErrorsOf(json).ShouldBe("DuplicateKey realms[0].service_config 1:3");

    [TestCase("{\"methodConfig\":[{\"name\":[{\"service\":\"\\uD800\"}]}]}")]
    [TestCase("{\"\\uD800\":1}")]
    public void Rejects_an_unpaired_surrogate(string json) => ErrorsOf(json).ShouldBe("InvalidValue realms[0].service_config 1:3");

    private static void Rejects(string json)
    {
        var read = () => ServiceConfigReader.Read(json);

        read.Should().Throw<DocumentException>();
        ErrorsOf(json).ShouldBe("InvalidValue realms[0].service_config 1:3");
    }

    [Test]
    public void Rejects_an_unpaired_surrogate_that_is_not_escaped() =>
        Assert.Throws<DocumentException>(() => ServiceConfigReader.Read("{\"a\ud800\":1}"))!.Message.Should().BeApproved();

    private static IEnumerable<ConfigurationError> ErrorsOf(string json) =>
        TestDocuments.ErrorsOf($"- service_config: '{json.Replace("'", "''", StringComparison.Ordinal)}'\n  group: true\n  endpoints: [a:1]");
}
