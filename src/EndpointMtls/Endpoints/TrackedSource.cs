using EndpointMtls.Discovery;

namespace EndpointMtls.Endpoints;

/// <summary>A file or a name in the set, as a search found it.</summary>
/// <param name="Found">The source, without its last success: no search follows a refresh that changes only this.</param>
/// <param name="LastSuccess">When the source was last refreshed successfully.</param>
/// <param name="IsPending">Whether its first lookup has not ended.</param>
internal sealed record TrackedSource(DiscoverySource Found, RefreshTime LastSuccess, bool IsPending = false)
{
    /// <summary>The source at this moment.</summary>
    public DiscoverySource Current => IsPending ? Found : Found with { LastSuccess = LastSuccess.Value };

    public static TrackedSource Of(string name, string realm, LookupResult result, RefreshTime lastSuccess) => new(
        new DiscoverySource { Name = name, Realm = realm, Count = result.Addresses.Length, LastError = result.Error },
        lastSuccess,
        IsPending: !result.HasCompleted);

    public static TrackedSource Of(TargetFile file, string realm) => new(
        new DiscoverySource { Name = file.Path, Realm = realm, Count = file.TargetCount, LastError = file.Error },
        file.LastSuccess);
}
