using EndpointMtls;

namespace Querier.Demo;

/// <summary>Issues new certificates for all realms, periodically.</summary>
internal static class DemoRotation
{
    /// <param name="realms">The realms.</param>
    /// <param name="period">The period.</param>
    /// <param name="inUse">Gets the certificates that the querier uses in a realm.</param>
    /// <param name="cancellation">Ends the rotation without an exception.</param>
    public static async Task RunAsync(IEnumerable<DemoRealm> realms, TimeSpan period, Func<string, LoadedCertificates> inUse, CancellationToken cancellation)
    {
        var secured = realms.Where(realm => realm.Tls is not null).ToList();
        using var timer = new PeriodicTimer(period);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                // A root certificate is replaced in steps. The querier must use the result of one before the next begins.
                foreach (var realm in secured.Where(realm => inUse(realm.Name).ClientCertificate?.SerialNumber == realm.Tls!.SerialNumber))
                    realm.Tls!.Advance();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
