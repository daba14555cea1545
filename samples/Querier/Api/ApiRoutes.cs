using System.Text.RegularExpressions;
using EndpointMtls;
using Grpc.Core;
using Thanos.Matching;

namespace Querier.Api;

/// <summary>The routes of the HTTP API. Exceptions become errors in the format of Prometheus.</summary>
internal static partial class ApiRoutes
{
    private static readonly string[] Get = [HttpMethods.Get];
    private static readonly string[] GetOrHead = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] GetOrPost = [HttpMethods.Get, HttpMethods.Post];

    public static void MapApi(this WebApplication application)
    {
        Map<QueryApi>("/api/v1/query", GetOrPost, (api, request, cancellation) => api.InstantAsync(request, cancellation));
        Map<QueryApi>("/api/v1/query_range", GetOrPost, (api, request, cancellation) => api.RangeAsync(request, cancellation));
        Map<LabelApi>("/api/v1/series", GetOrPost, (api, request, cancellation) => api.SeriesAsync(request, cancellation));
        Map<LabelApi>("/api/v1/labels", GetOrPost, (api, request, cancellation) => api.NamesAsync(request, cancellation));
        Map<LabelApi>("/api/v1/label/{name}/values", Get, (api, request, cancellation) => api.ValuesAsync(request, cancellation));
        Map<StoresApi>("/api/v1/stores", Get, (api, _, _) => Task.FromResult(api.List()));
        Map<RealmsApi>("/api/v1/realms", Get, (api, _, _) => Task.FromResult(api.List()));
        Map<SourcesApi>("/api/v1/sources", Get, (api, _, _) => Task.FromResult(api.List()));
        application.Map("/api/{**path}", context => ApiResponse.WriteAsync(
            context, ApiException.NotFound($"there is no {context.Request.Method} {context.Request.Path} here")));

        application.MapMethods("/-/healthy", GetOrHead, () => "The querier is healthy.\n");
        application.MapMethods("/-/ready", GetOrHead, (IEndpointSet set) => set.Current.NotReadyReason is { } reason
            ? Results.Text($"The querier is not ready: {reason}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("The querier is ready.\n"));

        void Map<TApi>(string path, string[] methods, Func<TApi, ApiRequest, CancellationToken, Task<ApiResponse>> answer)
            where TApi : notnull
        {
            application.MapMethods(path, methods, AnswerMappedAsync);

            Task AnswerMappedAsync(HttpContext context)
            {
                var api = context.RequestServices.GetRequiredService<TApi>();
                return AnswerAsync(context, (request, cancellation) => answer(api, request, cancellation));
            }
        }
    }

    private static async Task AnswerAsync(HttpContext context, Func<ApiRequest, CancellationToken, Task<ApiResponse>> answer)
    {
        var options = context.RequestServices.GetRequiredService<QuerierOptions>();
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var expiry = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            var request = await ApiRequest.ReadAsync(context.Request);
            var timeout = request.Duration("timeout", options.QueryTimeout);
            if (timeout <= TimeSpan.Zero)
                throw ApiException.BadData("parameter \"timeout\": the timeout must be positive");

            expiry.CancelAfter(timeout < options.QueryTimeout ? timeout : options.QueryTimeout);
            await (await answer(request, expiry.Token)).WriteAsync(context);
        }
        catch (ApiException error)
        {
            await ApiResponse.WriteAsync(context, error);
        }
        catch (Exception error) when (context.RequestAborted.IsCancellationRequested && error is OperationCanceledException or RpcException)
        {
            // The client has closed the connection.
        }
        catch (Exception error) when (stopping.IsCancellationRequested && error is OperationCanceledException or RpcException)
        {
            await ApiResponse.WriteAsync(context, ApiException.Unavailable("the querier is stopping"));
        }
        catch (RegexMatchTimeoutException)
        {
            await ApiResponse.WriteAsync(context, ApiException.Timeout($"a regular expression took longer than {LabelRegex.Timeout.TotalSeconds:0} s for one value; simplify it"));
        }
        catch (Exception error) when (expiry.IsCancellationRequested && error is OperationCanceledException or RpcException)
        {
            await ApiResponse.WriteAsync(context, ApiException.Timeout("the query timed out; increase \"timeout\" or --query.timeout, or request less data"));
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            context.RequestServices.GetRequiredService<ILogger<QueryApi>>().Failed(error, context.Request.Path);
            await ApiResponse.WriteAsync(context, ApiException.Internal("internal error; see the log of the querier"));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Could not answer '{Path}'.")]
    private static partial void Failed(this ILogger logger, Exception error, string path);
}
