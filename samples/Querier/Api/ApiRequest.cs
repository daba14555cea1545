using System.Globalization;
using Microsoft.Extensions.Primitives;
using Querier.Formats;
using Querier.Selectors;
using Querier.Stores;
using Thanos.Matching;

namespace Querier.Api;

/// <summary>The parameters of a request, from its URL and its form.</summary>
internal sealed class ApiRequest(IQueryCollection query, IFormCollection form, RouteValueDictionary route)
{
    private const int MaxSelectors = 100;

    public static async Task<ApiRequest> ReadAsync(HttpRequest request)
    {
        try
        {
            var form = request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : FormCollection.Empty;
            return new ApiRequest(request.Query, form, request.RouteValues);
        }
        catch (BadHttpRequestException error)
        {
            throw new ApiException(error.StatusCode, "bad_data", error.Message);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or NotSupportedException)
        {
            throw ApiException.BadData($"the form cannot be read: {error.Message}");
        }
    }

    public string Route(string name) => (string)route[name]!;

    /// <summary>Gets all values of a parameter: first those of the form, then those of the URL.</summary>
    public IReadOnlyList<string> All(string name) => [.. StringValues.Concat(form[name], query[name]).OfType<string>()];

    public string? Optional(string name) => All(name) is [{ Length: > 0 } first, ..] ? first : null;

    public long Time(string name, long otherwise) => Read(name, PrometheusTime.TryParse, "Unix seconds or RFC 3339", otherwise);

    public long RequiredTime(string name) => Optional(name) is null ? throw Missing(name) : Time(name, 0);

    public TimeSpan Duration(string name, TimeSpan otherwise) => Read(name, PrometheusDuration.TryParse, "seconds or a duration such as 1m30s", otherwise);

    public bool Flag(string name, bool otherwise) => Read(name, TryReadFlag, "true or false", otherwise);

    /// <summary>The maximum number of results; zero for no limit.</summary>
    public int Limit => Read("limit", TryReadLimit, "a number that is not negative", 0);

    public IReadOnlyList<Matcher> Selector(string name, CancellationToken cancellation) =>
        ParseSelector(name, Optional(name) ?? throw Missing(name), new RegexLimits(), cancellation);

    /// <summary>Parses all selectors. They share the limits of a request.</summary>
    public IReadOnlyList<IReadOnlyList<Matcher>> Selectors(string name, CancellationToken cancellation)
    {
        var (texts, limits) = (All(name), new RegexLimits());
        return texts.Count <= MaxSelectors
            ? [.. texts.Select(text => ParseSelector(name, text, limits, cancellation))]
            : throw ApiException.BadData($"parameter \"{name}\": there are more than {MaxSelectors} selectors; remove some");
    }

    public StoreQuery StoreQuery(IReadOnlyList<Matcher> matchers, long start, long end, ResponseBudget budget) =>
        new(matchers, start, end, budget) { AllowsPartialResponse = Flag("partial_response", true) };

    /// <summary>The labels that distinguish replicas; empty without deduplication.</summary>
    public IReadOnlySet<string> ReplicaLabels(QuerierOptions options) =>
        !Flag("dedup", true) ? new HashSet<string>()
        : All("replicaLabels[]") is { Count: > 0 } requested ? requested.ToHashSet()
        : options.ReplicaLabels.ToHashSet();

    public static ApiException Missing(string name) => ApiException.BadData($"parameter \"{name}\" is missing");

    private static IReadOnlyList<Matcher> ParseSelector(string name, string text, RegexLimits limits, CancellationToken cancellation)
    {
        try
        {
            return SelectorParser.Parse(text, limits, cancellation);
        }
        catch (FormatException error)
        {
            throw ApiException.BadData($"parameter \"{name}\": {error.Message}");
        }
    }

    private T Read<T>(string name, TryParse<T> tryParse, string expected, T otherwise) =>
        Optional(name) is not { } text ? otherwise
        : tryParse(text, out var value) ? value
        : throw ApiException.BadData($"parameter \"{name}\": '{text}' is not {expected}");

    private static bool TryReadLimit(string text, out int limit) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit);

    private static bool TryReadFlag(string text, out bool flag)
    {
        flag = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return flag || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }

    private delegate bool TryParse<T>(string text, out T value);
}
