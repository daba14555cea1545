using EndpointMtls;

namespace Querier.Api;

/// <summary><c>/api/v1/sources</c>: the files and DNS names that endpoints are discovered from. Thanos has no such path.</summary>
internal sealed class SourcesApi(IEndpointSet set)
{
    public ApiResponse List() => ApiResponse.Success(set.Current.Sources.Select(source => new
    {
        realm = source.Realm,
        name = source.Name,
        count = source.Count,
        lastSuccess = source.LastSuccess,
        lastError = source.LastError,
    }));
}
