using EndpointMtls.Certificates;

namespace EndpointMtls.Realms;

/// <summary>Gets the certificates of a realm together with the rules of the same configuration.</summary>
/// <remarks>
/// A reload replaces certificates and rules one after the other. A handshake waits in between: a peer that the new CA certificates
/// verify must not be accepted by the old rules.
/// </remarks>
internal static class MatchingMaterial
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    /// <summary>Waits until the certificates in use belong to the current rules.</summary>
    /// <param name="getOwner">Gets the current owner of the rules.</param>
    /// <param name="realmOf">Gets the realm of an owner.</param>
    /// <param name="isCanceled">Whether to stop waiting.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns><see langword="null"/> if the wait was canceled or has timed out.</returns>
    public static async ValueTask<(T Owner, TlsMaterial Material)?> WaitAsync<T>(
        Func<T> getOwner, Func<T, Realm> realmOf, Func<bool> isCanceled, TimeProvider timeProvider, TimeSpan timeout)
    {
        var startedAt = timeProvider.GetTimestamp();
        while (true)
        {
            var owner = getOwner();
            var realm = realmOf(owner);
            var material = await realm.Provider!.CheckAtHandshakeAsync().ConfigureAwait(false);
            if (ReferenceEquals(realmOf(getOwner()), realm) && material.Tls.IsSameAs(realm.Definition.Tls))
            {
                return (owner, material);
            }

            if (isCanceled() || timeProvider.GetElapsedTime(startedAt) >= timeout)
            {
                return null;
            }

            await Task.Delay(Interval, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
