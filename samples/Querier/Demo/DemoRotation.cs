using EndpointMtls;

namespace Querier.Demo;

/// <summary>Issues the certificates of all realms again, period by period.</summary>
internal static class DemoRotation
{
    /// <param name="realms">The realms.</param>
    /// <param name="period">How often.</param>
    /// <param name="inUse">What the querier has in use in a realm.</param>
    /// <param name="cancellation">Ends it, without an exception.</param>
    public static async Task RunAsync(IEnumerable<DemoRealm> realms, TimeSpan period, Func<string, LoadedCertificates> inUse, CancellationToken cancellation)
    {
        var secured = realms.Where(realm => realm.Tls is not null).ToList();
        using var timer = new PeriodicTimer(period);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                // Who replaces a root must see that the last step has arrived before the next one.
                foreach (var realm in secured.Where(realm => inUse(realm.Name).ClientCertificate?.SerialNumber == realm.Tls!.SerialNumber))
                    realm.Tls!.Advance();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
