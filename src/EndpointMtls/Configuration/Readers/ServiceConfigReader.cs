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

    // Keys of gRPC that Grpc.Net.Client ignores.
    private static readonly string[] Ignored =
    [
        "loadBalancingPolicy", "healthCheckConfig", "timeout", "waitForReady", "maxRequestMessageBytes", "maxResponseMessageBytes",
        "perAttemptRecvTimeout",
    ];

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

        LoadBalancingConfig config = policy.Name switch
        {
            "round_robin" => new RoundRobinConfig(),
            "pick_first" => new PickFirstConfig(),
            _ => throw Invalid(
                $"'{path}' does not support the policy '{Snippet.Truncate(policy.Name)}'",
                Suggestions.OneOf(["round_robin", "pick_first"])),
        };
        return policy.Value.ValueKind == JsonValueKind.Object && !policy.Value.EnumerateObject().Any()
            ? config
            : throw Invalid($"'{path}.{policy.Name}' must be an empty object: settings are not supported", "Write '{}'");
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
        Require(element, path, "maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier", "retryableStatusCodes");
        return policy.RetryableStatusCodes.Count > 0
            ? policy
            : throw Invalid(
                $"'{path}.retryableStatusCodes' is an empty list", "List at least one status code, such as \"UNAVAILABLE\"");
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

        Require(element, path, "maxAttempts");
        return policy;
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

        Require(element, path, "maxTokens", "tokenRatio");
        return policy;
    }

    private static DocumentException Unknown(string path, params string[] known)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        if (Ignored.Contains(name))
        {
            return Invalid($"'{path}' is not supported", "Remove it");
        }

        var closest = Suggestions.Closest(name, known);
        return Invalid(
            $"'{Snippet.Truncate(path)}' is not a known key",
            closest is null ? Suggestions.OneOf(known) : $"Did you mean '{closest}'?");
    }

    private static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
