using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Querier.Api;

/// <summary>A response in the format of the Prometheus HTTP API.</summary>
internal sealed record ApiResponse
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // Responses are never embedded in HTML, and label values stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Status => ErrorType is null ? "success" : "error";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Data { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ErrorType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Warnings { get; init; }

    public static ApiResponse Success(object data, IEnumerable<string>? warnings = null) =>
        new() { Data = data, Warnings = NullIfEmpty(warnings) };

    public static Task WriteAsync(HttpContext context, ApiException error)
    {
        context.Response.StatusCode = error.StatusCode;
        return new ApiResponse { ErrorType = error.ErrorType, Error = error.Message }.WriteAsync(context);
    }

    public Task WriteAsync(HttpContext context) => context.Response.WriteAsJsonAsync(this, Json, context.RequestAborted);

    private static List<string>? NullIfEmpty(IEnumerable<string>? texts) =>
        texts?.Distinct().ToList() is { Count: > 0 } some ? some : null;
}
