using System.Globalization;
using System.Text.Json;
using EndpointMtls.Documents;
using EndpointMtls.Text;
using Grpc.Core;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads single values of a gRPC service config, with the types and ranges that Grpc.Net.Client accepts.</summary>
internal static class ServiceConfigValue
{
    private const int MaxTokens = 1000;
    private const string StatusCodeName = "a status code such as \"UNAVAILABLE\"";

    /// <summary>Reads each item of an array, with its path.</summary>
    public static void ForEach(JsonElement element, string path, Action<JsonElement, string> read)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Mismatch("an array", element, path);
        }

        foreach (var (index, item) in element.EnumerateArray().Index())
        {
            read(item, $"{path}[{index}]");
        }
    }

    public static JsonElement.ObjectEnumerator Properties(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw Mismatch("an object", element, path);

    /// <summary>Requires all of these keys. The error names the first that is missing.</summary>
    public static void Require(JsonElement element, string path, params string[] keys)
    {
        if (Array.Find(keys, key => !element.TryGetProperty(key, out _)) is { } missing)
        {
            throw Invalid(
                $"'{path}.{missing}' is required",
                keys.Length == 1 ? "Set it" : $"Set '{string.Join("', '", keys[..^1])}' and '{keys[^1]}'");
        }
    }

    public static string Text(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Mismatch("a string", element, path);

    public static double Number(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && number > 0 && double.IsFinite(number)
            ? number
            : throw Mismatch("a positive number", element, path);

    public static int Attempts(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number > 1
            ? number
            : throw Mismatch("an integer from 2 to 2147483647", element, path);

    // The JSON form of a protobuf duration: seconds, with an optional fraction.
    public static TimeSpan Time(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is ['0' or (>= '1' and <= '9'), .., 's'] text
            && decimal.TryParse(text.AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < 1_000_000
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw Mismatch("a duration below 1000000 seconds, such as \"0.5s\"", element, path);

    public static TimeSpan Backoff(JsonElement element, string path) =>
        Time(element, path) is var time && time > TimeSpan.Zero
            ? time
            : throw Mismatch("a duration of at least 100 nanoseconds", element, path);

    public static int Tokens(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number is > 0 and <= MaxTokens
            ? number
            : throw Mismatch($"an integer from 1 to {MaxTokens}", element, path);

    public static StatusCode Code(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Number)
        {
            return element.TryGetInt32(out var number) && Enum.IsDefined((StatusCode)number)
                ? (StatusCode)number
                : throw Mismatch(StatusCodeName, element, path);
        }

        var name = Text(element, path).Replace("_", "", StringComparison.Ordinal);
        return Array.Find(Enum.GetNames<StatusCode>(), code => code.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known
            ? Enum.Parse<StatusCode>(known)
            : throw Mismatch(StatusCodeName, element, path);
    }

    public static DocumentException Invalid(string problem, string fix) => new(problem, location: null, fix);

    private static DocumentException Mismatch(string expected, JsonElement element, string path) =>
        Invalid($"'{path}' cannot be '{Snippet.Truncate(element.GetRawText())}'", $"Write {expected}");
}
