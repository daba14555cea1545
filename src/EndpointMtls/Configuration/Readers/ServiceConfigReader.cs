using System.Text.Json;
using EndpointMtls.Documents;
using EndpointMtls.Text;
using Grpc.Net.Client.Configuration;
using static EndpointMtls.Configuration.Readers.ServiceConfigValue;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads a gRPC service config. Rejects settings that Grpc.Net.Client would ignore.</summary>
internal static class ServiceConfigReader
{
    /// <summary>The fix of a text that is not a service config.</summary>
    public const string Example = "Write a gRPC service config, such as '{\"loadBalancingConfig\":[{\"round_robin\":{}}]}'";

    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="DocumentException">A key is not supported, or a value is invalid. It has the fix.</exception>
    public static ServiceConfig Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : throw Invalid($"'{Snippet.Truncate(json)}' is not a JSON object: it is {KindOf(document.RootElement)}", Example);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // JSON allows the escape of an unpaired surrogate, such as '\uD800', but no .NET API can decode it.
            throw Invalid(
                $"'{Snippet.Truncate(json)}' contains an unpaired surrogate, which is not a character", "Write the character itself");
        }
    }

    private static ServiceConfig Read(JsonElement root)
    {
        var config = new ServiceConfig();
        foreach (var property in root.EnumerateObject())
        {
            var (value, key) = (property.Value, property.Name);
            switch (key)
            {
                case "loadBalancingConfig":
                    ForEach(value, key, (item, at) => config.LoadBalancingConfigs.Add(ReadPolicy(item, at)));
                    break;
                case "methodConfig": ForEach(value, key, (item, at) => config.MethodConfigs.Add(ReadMethod(item, at))); break;
                case "retryThrottling": config.RetryThrottling = ReadThrottling(value, key); break;
                default: throw Unknown(key, "loadBalancingConfig", "methodConfig", "retryThrottling");
            }
        }

        var names = config.MethodConfigs.SelectMany(method => method.Names).GroupBy(name => (name.Service, name.Method));
        return names.FirstOrDefault(same => same.Count() > 1) is { Key: var (service, method) }
            ? throw Invalid($"'methodConfig' contains {Describe(service, method)} twice", "Remove one of the two")
            : config;

        static string Describe(string? service, string? method) =>
            service is null ? "the name for every method" : $"'{Snippet.Truncate(service)}/{Snippet.Truncate(method ?? "*")}'";
    }

    private static LoadBalancingConfig ReadPolicy(JsonElement element, string path)
    {
        var policies = Properties(element, path).ToList();
        if (policies is not [var policy])
        {
            throw Invalid($"'{path}' must have exactly one policy", "Write an item for each policy");
        }

        var name = Snippet.Truncate(policy.Name);
        return policy.Value.ValueKind != JsonValueKind.Object || policy.Value.EnumerateObject().Any()
            ? throw Invalid($"'{path}.{name}' has settings, which are not supported", "Write '{}'")
            : policy.Name switch
            {
                "round_robin" => new RoundRobinConfig(),
                "pick_first" => new PickFirstConfig(),
                _ => throw Invalid($"'{path}' does not support the policy '{name}'", "Use 'round_robin' or 'pick_first'"),
            };
    }

    private static MethodConfig ReadMethod(JsonElement element, string path)
    {
        var method = new MethodConfig();
        foreach (var property in Properties(element, path))
        {
            var (value, key) = (property.Value, $"{path}.{property.Name}");
            switch (property.Name)
            {
                case "name": ForEach(value, key, (item, at) => method.Names.Add(ReadName(item, at))); break;
                case "retryPolicy": method.RetryPolicy = ReadRetry(value, key); break;
                case "hedgingPolicy": method.HedgingPolicy = ReadHedging(value, key); break;
                default: throw Unknown(key, "name", "retryPolicy", "hedgingPolicy");
            }
        }

        return method.Names.Count == 0 ? throw Invalid($"'{path}.name' is required", "Set it. '[{}]' means every method")
            : method is { RetryPolicy: not null, HedgingPolicy: not null }
                ? throw Invalid($"'{path}' cannot have both 'retryPolicy' and 'hedgingPolicy'", "Remove one of the two")
            : method;
    }

    private static MethodName ReadName(JsonElement element, string path)
    {
        var name = new MethodName();
        foreach (var property in Properties(element, path))
        {
            var (value, key) = (property.Value, $"{path}.{property.Name}");
            switch (property.Name)
            {
                // An empty text means the same as a missing key.
                case "service": name.Service = ServiceConfigValue.Text(value, key) is { Length: > 0 } service ? service : null; break;
                case "method": name.Method = ServiceConfigValue.Text(value, key) is { Length: > 0 } method ? method : null; break;
                default: throw Unknown(key, "service", "method");
            }
        }

        return name is { Service: null, Method: not null }
            ? throw Invalid($"'{path}.service' is required because 'method' is set", "Set both, or only 'service'")
            : name;
    }

    private static RetryPolicy ReadRetry(JsonElement element, string path)
    {
        var policy = new RetryPolicy();
        foreach (var property in Properties(element, path))
        {
            var (value, key) = (property.Value, $"{path}.{property.Name}");
            switch (property.Name)
            {
                case "maxAttempts": policy.MaxAttempts = Attempts(value, key); break;
                case "initialBackoff": policy.InitialBackoff = Backoff(value, key); break;
                case "maxBackoff": policy.MaxBackoff = Backoff(value, key); break;
                case "backoffMultiplier": policy.BackoffMultiplier = Number(value, key); break;
                case "retryableStatusCodes": ForEach(value, key, (item, at) => policy.RetryableStatusCodes.Add(Code(item, at))); break;
                default: throw Unknown(key, "maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier", "retryableStatusCodes");
            }
        }

        // All keys are required: a missing one must not get the default of RetryPolicy.
        var isComplete = Has(element, "maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier", "retryableStatusCodes")
            && policy.RetryableStatusCodes.Count > 0;
        return isComplete
            ? policy
            : throw Invalid(
                $"'{path}' is incomplete",
                "Set 'maxAttempts', 'initialBackoff', 'maxBackoff', 'backoffMultiplier' and 'retryableStatusCodes'");
    }

    private static HedgingPolicy ReadHedging(JsonElement element, string path)
    {
        var policy = new HedgingPolicy();
        foreach (var property in Properties(element, path))
        {
            var (value, key) = (property.Value, $"{path}.{property.Name}");
            switch (property.Name)
            {
                case "maxAttempts": policy.MaxAttempts = Attempts(value, key); break;
                case "hedgingDelay": policy.HedgingDelay = Time(value, key); break;
                case "nonFatalStatusCodes": ForEach(value, key, (item, at) => policy.NonFatalStatusCodes.Add(Code(item, at))); break;
                default: throw Unknown(key, "maxAttempts", "hedgingDelay", "nonFatalStatusCodes");
            }
        }

        return Has(element, "maxAttempts") ? policy : throw Invalid($"'{path}.maxAttempts' is required", "Set it");
    }

    private static RetryThrottlingPolicy ReadThrottling(JsonElement element, string path)
    {
        var policy = new RetryThrottlingPolicy();
        foreach (var property in Properties(element, path))
        {
            var key = $"{path}.{property.Name}";
            switch (property.Name)
            {
                case "maxTokens": policy.MaxTokens = Tokens(property.Value, key); break;
                case "tokenRatio": policy.TokenRatio = Number(property.Value, key); break;
                default: throw Unknown(key, "maxTokens", "tokenRatio");
            }
        }

        return Has(element, "maxTokens", "tokenRatio")
            ? policy
            : throw Invalid($"'{path}' is incomplete", "Set 'maxTokens' and 'tokenRatio'");
    }

    private static DocumentException Unknown(string path, params string[] known) => Invalid(
        $"'{Snippet.Truncate(path)}' is not supported",
        $"Remove it. The supported keys are {string.Join(", ", known.Select(key => $"'{key}'"))}");

    private static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
