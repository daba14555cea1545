using EndpointMtls;

namespace Querier.Api;

/// <summary><c>/api/v1/sources</c>: the files and names that endpoints are discovered by. Thanos has nothing like it.</summary>
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
