using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace EndpointMtls.Configuration;

/// <summary>Reads a gRPC service config, as far as Grpc.Net.Client obeys it. What it would ignore is refused.</summary>
internal static class ServiceConfigReader
{
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="FormatException">It says what is not understood.</exception>
    public static ServiceConfig Read(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"'{Excerpt.Of(json)}' is not a JSON object: it is {KindOf(document.RootElement)}");
        }

        var config = new ServiceConfig();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var (value, key) = (property.Value, property.Name);
            switch (key)
            {
                case "loadBalancingConfig": Items(value, key).ForEach(item => config.LoadBalancingConfigs.Add(ReadPolicy(item, key))); break;
                case "methodConfig": Items(value, key).ForEach(item => config.MethodConfigs.Add(ReadMethod(item, key))); break;
                case "retryThrottling": config.RetryThrottling = ReadThrottling(value, key); break;
                default: throw Unknown(key, "loadBalancingConfig", "methodConfig", "retryThrottling");
            }
        }

        return config;
    }

    private static LoadBalancingConfig ReadPolicy(JsonElement element, string path)
    {
        var policies = Properties(element, path).ToList();
        return policies is not [var policy] ? throw new FormatException($"'{path}' must hold one policy in each item")
            : policy.Value.ValueKind != JsonValueKind.Object || policy.Value.EnumerateObject().Any() ? throw new FormatException($"'{path}.{Excerpt.Of(policy.Name)}' takes no settings: it must be {{}}")
            : policy.Name switch
            {
                "round_robin" => new RoundRobinConfig(),
                "pick_first" => new PickFirstConfig(),
                _ => throw new FormatException($"'{path}' knows no policy '{Excerpt.Of(policy.Name)}'. There are 'round_robin' and 'pick_first'"),
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
                case "name": Items(value, key).ForEach(name => method.Names.Add(ReadName(name, key))); break;
                case "retryPolicy": method.RetryPolicy = ReadRetry(value, key); break;
                case "hedgingPolicy": method.HedgingPolicy = ReadHedging(value, key); break;
                default: throw Unknown(key, "name", "retryPolicy", "hedgingPolicy");
            }
        }

        return method.Names.Count == 0 ? throw new FormatException($"'{path}.name' is required. '[{{}}]' means every method")
            : method is { RetryPolicy: not null, HedgingPolicy: not null } ? throw new FormatException($"'{path}' has both 'retryPolicy' and 'hedgingPolicy'")
            : method;
    }

    private static MethodName ReadName(JsonElement element, string path)
    {
        var name = new MethodName();
        foreach (var property in Properties(element, path))
        {
            var key = $"{path}.{property.Name}";
            switch (property.Name)
            {
                case "service": name.Service = Text(property.Value, key); break;
                case "method": name.Method = Text(property.Value, key); break;
                default: throw Unknown(key, "service", "method");
            }
        }

        return name;
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
                case "initialBackoff": policy.InitialBackoff = Time(value, key); break;
                case "maxBackoff": policy.MaxBackoff = Time(value, key); break;
                case "backoffMultiplier": policy.BackoffMultiplier = Number(value, key); break;
                case "retryableStatusCodes": Items(value, key).ForEach(code => policy.RetryableStatusCodes.Add(Code(code, key))); break;
                default: throw Unknown(key, "maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier", "retryableStatusCodes");
            }
        }

        return policy is { MaxAttempts: not null, InitialBackoff: not null, MaxBackoff: not null, BackoffMultiplier: not null, RetryableStatusCodes.Count: > 0 }
            ? policy
            : throw new FormatException($"'{path}' needs 'maxAttempts', 'initialBackoff', 'maxBackoff', 'backoffMultiplier' and 'retryableStatusCodes'");
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
                case "nonFatalStatusCodes": Items(value, key).ForEach(code => policy.NonFatalStatusCodes.Add(Code(code, key))); break;
                default: throw Unknown(key, "maxAttempts", "hedgingDelay", "nonFatalStatusCodes");
            }
        }

        return policy.MaxAttempts is null ? throw new FormatException($"'{path}.maxAttempts' is required") : policy;
    }

    private static RetryThrottlingPolicy ReadThrottling(JsonElement element, string path)
    {
        var policy = new RetryThrottlingPolicy();
        foreach (var property in Properties(element, path))
        {
            var key = $"{path}.{property.Name}";
            switch (property.Name)
            {
                case "maxTokens": policy.MaxTokens = (int)Number(property.Value, key); break;
                case "tokenRatio": policy.TokenRatio = Number(property.Value, key); break;
                default: throw Unknown(key, "maxTokens", "tokenRatio");
            }
        }

        return policy is { MaxTokens: not null, TokenRatio: not null } ? policy : throw new FormatException($"'{path}' needs 'maxTokens' and 'tokenRatio'");
    }

    private static List<JsonElement> Items(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : throw NotA("a list", element, path);

    private static JsonElement.ObjectEnumerator Properties(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw NotA("an object", element, path);

    private static string Text(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw NotA("a text", element, path);

    private static double Number(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && number > 0 && double.IsFinite(number) ? number : throw NotA("a number above zero", element, path);

    private static int Attempts(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number > 1 ? number : throw NotA("a whole number above one", element, path);

    // As JSON writes the durations of protobuf: seconds, with a fraction perhaps.
    private static TimeSpan Time(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is ['0' or (>= '1' and <= '9'), .., 's'] text
            && decimal.TryParse(text.AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1_000_000
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw NotA("a duration such as \"0.5s\"", element, path);

    private static StatusCode Code(JsonElement element, string path)
    {
        var text = element.ValueKind == JsonValueKind.Number ? "" : Text(element, path);
        foreach (var code in Enum.GetValues<StatusCode>())
        {
            if (text.Replace("_", "", StringComparison.Ordinal).Equals(code.ToString(), StringComparison.OrdinalIgnoreCase)
                || (text.Length == 0 && element.TryGetInt32(out var number) && number == (int)code))
            {
                return code;
            }
        }

        throw NotA("a status code such as \"UNAVAILABLE\"", element, path);
    }

    private static FormatException Unknown(string path, params string[] known) =>
        new($"'{Excerpt.Of(path)}' is not understood. There {(known.Length == 1 ? "is" : "are")} {string.Join(", ", known.Select(key => $"'{key}'"))}");

    private static FormatException NotA(string what, JsonElement element, string path) => new($"'{path}' must be {what}, not '{Excerpt.Of(element.GetRawText())}'");

    private static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "a literal",
    };
}
