using System.Collections.Immutable;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>
/// The certificates in use, the pending identity, and the CA certificates that stay trusted for a limited time. Immutable: the
/// next state depends only on this one, the options, the files and the time.
/// </summary>
internal sealed record RotationState
{
    private RotationState(TlsMaterial inUse, ImmutableHashSet<CaCertificate> listed) => (InUse, Listed) = (inUse, listed);

    public TlsMaterial InUse { get; private init; }

    /// <summary>An identity that is not valid yet. It is presented as soon as it is valid.</summary>
    public LocalIdentity? PendingIdentity { get; private init; }

    /// <summary>The CA certificates in the files.</summary>
    public ImmutableHashSet<CaCertificate> Listed { get; private init; }

    /// <summary>The CA certificates that were removed from the files and are still trusted, each with the end of that trust.</summary>
    public ImmutableDictionary<CaCertificate, DateTimeOffset> TrustedUntil { get; private init; } =
        ImmutableDictionary<CaCertificate, DateTimeOffset>.Empty;

    /// <summary>Whether the same is presented and trusted as in another state, by the same CRLs.</summary>
    public bool HasSameInUse(RotationState other) =>
        InUse.Generation == other.InUse.Generation && ReferenceEquals(InUse.RevocationLists, other.InUse.RevocationLists);

    private DateTimeOffset? NextChange =>
        TrustedUntil.Values
            .Concat(PendingIdentity is null ? [] : [PendingIdentity.NotBefore])
            .Order().Cast<DateTimeOffset?>().FirstOrDefault();

    public static RotationState First(TlsDefinition tls, FileCredentials files) =>
        new(new TlsMaterial(1, tls, files.Identity, files.CaCertificates, files.RevocationLists), files.CaCertificates);

    /// <summary>The state after a change of the files, or of the options of the realm.</summary>
    /// <param name="tls">The options. They limit how long removed CA certificates stay trusted.</param>
    /// <param name="files">The credentials in the files.</param>
    /// <param name="now">The current time.</param>
    public RotationState With(TlsDefinition tls, FileCredentials files, DateTimeOffset now)
    {
        // An identity that is in use already stays in use, whatever its dates.
        var isPending = files.Identity is { } identity && now < identity.NotBefore
            && InUse.Identity is { } inUse && !identity.IsSameAs(inUse);
        var next = this with
        {
            PendingIdentity = isPending ? files.Identity : null,
            Listed = files.CaCertificates,
            TrustedUntil = tls.HasCaCertificates ? OverlapOf(files.CaCertificates, now + tls.CaOverlap) : TrustedUntil.Clear(),
        };
        return next.Advance(tls, isPending ? InUse.Identity : files.Identity, files.RevocationLists, now);
    }

    /// <summary>The state at a later time, with the same files.</summary>
    public RotationState At(DateTimeOffset now) => Advance(InUse.Tls, InUse.Identity, InUse.RevocationLists, now);

    /// <summary>Returns the time until the state changes without a change of the files, or the identity or a CRL expires.</summary>
    /// <param name="now">The time.</param>
    /// <param name="max">The longest time to return.</param>
    public TimeSpan TimeToNextChange(DateTimeOffset now, TimeSpan max)
    {
        if (NextChange is { } change && change - now < max)
        {
            // The change may have become due after the state was computed.
            max = change > now ? change - now : TimeSpan.Zero;
        }

        var ends = InUse.RevocationLists.Newest.Select(list => list.NextUpdate);
        return (InUse.Identity is { } identity ? ends.Append(identity.NotAfter) : ends)
            .Where(end => end > now).Select(end => end - now).Append(max).Min();
    }

    // A shorter overlap also applies to certificates that were removed before it was set.
    private ImmutableDictionary<CaCertificate, DateTimeOffset> OverlapOf(ImmutableHashSet<CaCertificate> listed, DateTimeOffset latest) =>
        TrustedUntil.RemoveRange(listed)
            .Select(removed => KeyValuePair.Create(removed.Key, removed.Value < latest ? removed.Value : latest))
            .Concat(Listed.Except(listed).Select(ca => KeyValuePair.Create(ca, latest)))
            .ToImmutableDictionary();

    private RotationState Advance(TlsDefinition tls, LocalIdentity? current, RevocationLists listed, DateTimeOffset now)
    {
        var isDue = PendingIdentity is not null && PendingIdentity.NotBefore <= now;
        var identity = isDue ? PendingIdentity : current;
        var trustedUntil = TrustedUntil.RemoveRange(TrustedUntil.Where(removed => removed.Value <= now).Select(removed => removed.Key));
        var caCertificates = Listed.Union(trustedUntil.Keys);

        // Equal parts keep their instances. A new instance would replace connections without need.
        var identityIsSame = identity?.IsSameAs(InUse.Identity) ?? InUse.Identity is null;
        var isSame = identityIsSame && caCertificates.SetEquals(InUse.CaCertificates) && tls.HasSameHandshakes(InUse.Tls);
        var lists = listed.IsSameAs(InUse.RevocationLists) ? InUse.RevocationLists : listed;
        return this with
        {
            // CRLs are often replaced. They apply to new handshakes, but do not replace connections.
            InUse = !isSame ? new TlsMaterial(InUse.Generation + 1, tls, identityIsSame ? InUse.Identity : identity, caCertificates, lists)
                : ReferenceEquals(tls, InUse.Tls) && ReferenceEquals(lists, InUse.RevocationLists) ? InUse
                : new TlsMaterial(InUse.Generation, tls, InUse.Identity, InUse.CaCertificates, lists),
            PendingIdentity = isDue ? null : PendingIdentity,
            TrustedUntil = trustedUntil,
        };
    }
}
