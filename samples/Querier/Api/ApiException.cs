namespace Querier.Api;

/// <summary>A request that failed, with the error type and the status code of the Prometheus HTTP API.</summary>
internal sealed class ApiException(int statusCode, string errorType, string message) : Exception(message)
{
    public int StatusCode { get; } = statusCode;

    public string ErrorType { get; } = errorType;

    public static ApiException BadData(string message) => new(StatusCodes.Status400BadRequest, "bad_data", message);

    public static ApiException NotFound(string message) => new(StatusCodes.Status404NotFound, "not_found", message);

    public static ApiException Execution(string message) => new(StatusCodes.Status422UnprocessableEntity, "execution", message);

    public static ApiException Internal(string message) => new(StatusCodes.Status500InternalServerError, "internal", message);

    public static ApiException Timeout(string message) => new(StatusCodes.Status503ServiceUnavailable, "timeout", message);

    public static ApiException Unavailable(string message) => new(StatusCodes.Status503ServiceUnavailable, "unavailable", message);
}
