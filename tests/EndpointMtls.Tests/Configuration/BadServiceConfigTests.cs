using EndpointMtls.Configuration.Readers;

namespace EndpointMtls.Tests.Configuration;

/// <summary>What a service config must not say, word for word: all that Grpc.Net.Client would ignore, and all that would fail its calls.</summary>
public sealed class BadServiceConfigTests
{
    private const string Retry = """{"maxAttempts":3,"initialBackoff":"1s","maxBackoff":"2s","backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]}""";

    [TestCase("""{"healthCheckConfig":{}}""", "'healthCheckConfig' is not understood. There are 'loadBalancingConfig', 'methodConfig', 'retryThrottling'")]
    [TestCase("""{"LoadBalancingConfig":[]}""", "'LoadBalancingConfig' is not understood. There are 'loadBalancingConfig', 'methodConfig', 'retryThrottling'")]
    [TestCase("""{"loadBalancingConfig":{"round_robin":{}}}""", "'loadBalancingConfig' must be a list, not '{\"round_robin\":{}}'")]
    [TestCase("""{"loadBalancingConfig":["round_robin"]}""", "'loadBalancingConfig' must be an object, not '\"round_robin\"'")]
    [TestCase("""{"loadBalancingConfig":[{}]}""", "'loadBalancingConfig' must hold one policy in each item")]
    [TestCase("""{"loadBalancingConfig":[{"round_robin":{},"pick_first":{}}]}""", "'loadBalancingConfig' must hold one policy in each item")]
    [TestCase("""{"loadBalancingConfig":[{"grpclb":{}}]}""", "'loadBalancingConfig' knows no policy 'grpclb'. There are 'round_robin' and 'pick_first'")]
    [TestCase("""{"loadBalancingConfig":[{"pick_first":{"shuffleAddressList":true}}]}""", "'loadBalancingConfig.pick_first' takes no settings: it must be {}")]
    [TestCase("""{"loadBalancingConfig":[{"pick_first":null}]}""", "'loadBalancingConfig.pick_first' takes no settings: it must be {}")]
    public void Of_balancing(string json, string message) => Refuses(json, message);

    [TestCase("""{"methodConfig":{}}""", "'methodConfig' must be a list, not '{}'")]
    [TestCase("""{"methodConfig":[1]}""", "'methodConfig' must be an object, not '1'")]
    [TestCase("""{"methodConfig":[{"name":[{}],"timeout":"1s"}]}""", "'methodConfig.timeout' is not understood. There are 'name', 'retryPolicy', 'hedgingPolicy'")]
    [TestCase("""{"methodConfig":[{}]}""", "'methodConfig.name' is required. '[{}]' means every method")]
    [TestCase("""{"methodConfig":[{"name":[]}]}""", "'methodConfig.name' is required. '[{}]' means every method")]
    [TestCase("""{"methodConfig":[{"name":{}}]}""", "'methodConfig.name' must be a list, not '{}'")]
    [TestCase("""{"methodConfig":[{"name":["a.B"]}]}""", "'methodConfig.name' must be an object, not '\"a.B\"'")]
    [TestCase("""{"methodConfig":[{"name":[{"service":1}]}]}""", "'methodConfig.name.service' must be a text, not '1'")]
    [TestCase("""{"methodConfig":[{"name":[{"services":1}]}]}""", "'methodConfig.name.services' is not understood. There are 'service', 'method'")]
    [TestCase("""{"methodConfig":[{"name":[{"method":"Series"}]}]}""", "'methodConfig.name.service' is required beside 'method'")]
    [TestCase("""{"methodConfig":[{"name":[{}]},{"name":[{"service":""}]}]}""", "'methodConfig' names every method twice")]
    [TestCase("""{"methodConfig":[{"name":[{"service":"a.B"},{"service":"a.B"}]}]}""", "'methodConfig' names 'a.B/*' twice")]
    [TestCase("""{"methodConfig":[{"name":[{"service":"a.B","method":"C"},{"service":"a.B","method":"C"}]}]}""", "'methodConfig' names 'a.B/C' twice")]
    public void Of_methods(string json, string message) => Refuses(json, message);

    [TestCase("\"backoffMultiplier\":2", "\"perAttemptRecvTimeout\":\"1s\"", "'methodConfig.retryPolicy.perAttemptRecvTimeout' is not understood. There are 'maxAttempts', 'initialBackoff', 'maxBackoff', 'backoffMultiplier', 'retryableStatusCodes'")]
    [TestCase("\"maxAttempts\":3,", "", "'methodConfig.retryPolicy' needs 'maxAttempts', 'initialBackoff', 'maxBackoff', 'backoffMultiplier' and 'retryableStatusCodes'")]
    [TestCase("[\"UNAVAILABLE\"]", "[]", "'methodConfig.retryPolicy' needs 'maxAttempts', 'initialBackoff', 'maxBackoff', 'backoffMultiplier' and 'retryableStatusCodes'")]
    [TestCase("s\":3", "s\":1", "'methodConfig.retryPolicy.maxAttempts' must be a whole number above one, not '1'")]
    [TestCase("s\":3", "s\":2.5", "'methodConfig.retryPolicy.maxAttempts' must be a whole number above one, not '2.5'")]
    [TestCase("s\":3", "s\":\"3\"", "'methodConfig.retryPolicy.maxAttempts' must be a whole number above one, not '\"3\"'")]
    [TestCase("s\":3", "s\":1e10", "'methodConfig.retryPolicy.maxAttempts' must be a whole number above one, not '1e10'")]
    [TestCase("\"1s\"", "\"0s\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration above zero, not '\"0s\"'")]
    [TestCase("\"2s\"", "\"0.0s\"", "'methodConfig.retryPolicy.maxBackoff' must be a duration above zero, not '\"0.0s\"'")]
    [TestCase("\"2s\"", "\"0.00000001s\"", "'methodConfig.retryPolicy.maxBackoff' must be a duration above zero, not '\"0.00000001s\"'")]
    [TestCase("\"1s\"", "1", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '1'")]
    [TestCase("\"1s\"", "\"1\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '\"1\"'")]
    [TestCase("\"1s\"", "\"1m\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '\"1m\"'")]
    [TestCase("\"1s\"", "\"500ms\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '\"500ms\"'")]
    [TestCase("\"1s\"", "\"-1s\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '\"-1s\"'")]
    [TestCase("\"1s\"", "\"s\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '\"s\"'")]
    [TestCase("\"1s\"", "\"1 s\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '\"1 s\"'")]
    [TestCase("\"1s\"", "\"1000000s\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '\"1000000s\"'")]
    [TestCase("\"1s\"", "\"1e3s\"", "'methodConfig.retryPolicy.initialBackoff' must be a duration such as \"0.5s\", not '\"1e3s\"'")]
    [TestCase("r\":2", "r\":0", "'methodConfig.retryPolicy.backoffMultiplier' must be a number above zero, not '0'")]
    [TestCase("r\":2", "r\":-2", "'methodConfig.retryPolicy.backoffMultiplier' must be a number above zero, not '-2'")]
    [TestCase("r\":2", "r\":1e999", "'methodConfig.retryPolicy.backoffMultiplier' must be a number above zero, not '1e999'")]
    [TestCase("r\":2", "r\":\"NaN\"", "'methodConfig.retryPolicy.backoffMultiplier' must be a number above zero, not '\"NaN\"'")]
    [TestCase("[\"UNAVAILABLE\"]", "\"UNAVAILABLE\"", "'methodConfig.retryPolicy.retryableStatusCodes' must be a list, not '\"UNAVAILABLE\"'")]
    [TestCase("[\"UNAVAILABLE\"]", "[\"UNAVALABLE\"]", "'methodConfig.retryPolicy.retryableStatusCodes' must be a status code such as \"UNAVAILABLE\", not '\"UNAVALABLE\"'")]
    [TestCase("[\"UNAVAILABLE\"]", "[\"\"]", "'methodConfig.retryPolicy.retryableStatusCodes' must be a status code such as \"UNAVAILABLE\", not '\"\"'")]
    [TestCase("[\"UNAVAILABLE\"]", "[17]", "'methodConfig.retryPolicy.retryableStatusCodes' must be a status code such as \"UNAVAILABLE\", not '17'")]
    [TestCase("[\"UNAVAILABLE\"]", "[true]", "'methodConfig.retryPolicy.retryableStatusCodes' must be a text, not 'true'")]
    public void Of_retries(string what, string instead, string message)
    {
        Retry.Should().Contain(what);
        Refuses($$"""{"methodConfig":[{"name":[{}],"retryPolicy":{{Retry.Replace(what, instead, StringComparison.Ordinal)}}}]}""", message);
    }

    [TestCase("""{"maxAttempts":2,"delay":"1s"}""", "'methodConfig.hedgingPolicy.delay' is not understood. There are 'maxAttempts', 'hedgingDelay', 'nonFatalStatusCodes'")]
    [TestCase("""{"hedgingDelay":"1s"}""", "'methodConfig.hedgingPolicy.maxAttempts' is required")]
    [TestCase("""{"maxAttempts":2,"hedgingDelay":0}""", "'methodConfig.hedgingPolicy.hedgingDelay' must be a duration such as \"0.5s\", not '0'")]
    [TestCase("[]", "'methodConfig.hedgingPolicy' must be an object, not '[]'")]
    public void Of_hedging(string policy, string message) => Refuses($$"""{"methodConfig":[{"name":[{}],"hedgingPolicy":{{policy}}}]}""", message);

    [Test]
    public void Of_retries_and_hedging_at_once() => Refuses(
        $$"""{"methodConfig":[{"name":[{}],"hedgingPolicy":{"maxAttempts":2},"retryPolicy":{{Retry}}}]}""", "'methodConfig' has both 'retryPolicy' and 'hedgingPolicy'");

    [TestCase("""{"maxTokens":10}""", "'retryThrottling' needs 'maxTokens' and 'tokenRatio'")]
    [TestCase("""{"tokenRatio":10}""", "'retryThrottling' needs 'maxTokens' and 'tokenRatio'")]
    [TestCase("""{"maxTokens":10,"tokenRatio":0}""", "'retryThrottling.tokenRatio' must be a number above zero, not '0'")]
    [TestCase("""{"maxTokens":0.5,"tokenRatio":1}""", "'retryThrottling.maxTokens' must be a whole number from 1 to 1000, not '0.5'")]
    [TestCase("""{"maxTokens":1001,"tokenRatio":1}""", "'retryThrottling.maxTokens' must be a whole number from 1 to 1000, not '1001'")]
    [TestCase("""{"maxTokens":1e300,"tokenRatio":1}""", "'retryThrottling.maxTokens' must be a whole number from 1 to 1000, not '1e300'")]
    [TestCase("""{"tokens":1}""", "'retryThrottling.tokens' is not understood. There are 'maxTokens', 'tokenRatio'")]
    [TestCase("null", "'retryThrottling' must be an object, not 'null'")]
    public void Of_throttling(string policy, string message) => Refuses($$"""{"retryThrottling":{{policy}}}""", message);

    [TestCase("{\"loadBalancingConfig\":[],\"loadBalancingConfig\":[]}")]
    [TestCase("{\"methodConfig\":[{\"name\":[{}],\"name\":[{}]}]}")]
    [TestCase("{\"loadBalancingConfig\":[],\"loadBalancing\\u0043onfig\":[]}")]
    public void A_key_twice(string json) => ErrorOf(json).Should().Match("realms[0].service_config: '*' has a key twice (FILE:1:3). Write a gRPC service config, such as *");

    [TestCase("{\"methodConfig\":[{\"name\":[{\"service\":\"\\uD800\"}]}]}")]
    [TestCase("{\"\\uD800\":1}")]
    public void Half_a_character(string json) => ErrorOf(json).Should().Match("realms[0].service_config: '*' holds half of a character (FILE:1:3). Write a gRPC service config, such as *");

    private static void Refuses(string json, string message)
    {
        var read = () => ServiceConfigReader.Read(json);

        read.Should().Throw<FormatException>().WithMessage(message);
        ErrorOf(json).Should().StartWith($"realms[0].service_config: {message}");
    }

    [Test]
    public void Half_a_character_that_no_file_could_hold() =>
        Assert.Throws<FormatException>(() => ServiceConfigReader.Read("{\"a\ud800\":1}"))!.Message.Should().EndWith("holds half of a character");

    private static string ErrorOf(string json) => TestDocuments.ErrorsOf($"- service_config: '{json.Replace("'", "''", StringComparison.Ordinal)}'\n  group: true\n  endpoints: [a:1]").Single();
}
