using EndpointMtls.Certificates;

namespace EndpointMtls.Realms;

/// <summary>Gets the certificates of a realm together with the rules that they belong to.</summary>
/// <remarks>
/// A change of the configuration replaces certificates and rules one after the other. In between, a handshake waits: a peer that
/// new CA certificates are for must not be verified by old rules.
/// </remarks>
internal static class MatchingMaterial
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    /// <param name="find">Finds what the rules are of, as it is now.</param>
    /// <param name="realmOf">Its realm.</param>
    /// <param name="isOver">Whether there is nothing to wait for any more.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns><see langword="null"/> if the wait is over or has timed out.</returns>
    public static async ValueTask<(T Owner, TlsMaterial Material)?> WaitAsync<T>(
        Func<T> find, Func<T, Realm> realmOf, Func<bool> isOver, TimeProvider timeProvider, TimeSpan timeout)
    {
        var beganAt = timeProvider.GetTimestamp();
        while (true)
        {
            var owner = find();
            var realm = realmOf(owner);
            var material = await realm.Provider!.CheckAtHandshakeAsync().ConfigureAwait(false);
            if (ReferenceEquals(realmOf(find()), realm) && material.Tls.IsSameAs(realm.Definition.Tls))
            {
                return (owner, material);
            }

            if (isOver() || timeProvider.GetElapsedTime(beganAt) >= timeout)
            {
                return null;
            }

            await Task.Delay(Interval, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
