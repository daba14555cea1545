using System.Collections.Immutable;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>What is in use, what waits to be, and what will cease to be. Immutable: files and time lead to the next state.</summary>
internal sealed record RotationState
{
    private RotationState(TlsMaterial inUse, ImmutableHashSet<CaCertificate> listed) => (InUse, Listed) = (inUse, listed);

    public TlsMaterial InUse { get; private init; }

    /// <summary>An identity that is not valid yet: it takes over when it is.</summary>
    public ClientIdentity? PendingIdentity { get; private init; }

    /// <summary>The authorities in the files.</summary>
    public ImmutableHashSet<CaCertificate> Listed { get; private init; }

    /// <summary>The authorities that have left the files, and until when they are trusted all the same.</summary>
    public ImmutableDictionary<CaCertificate, DateTimeOffset> TrustedUntil { get; private init; } = ImmutableDictionary<CaCertificate, DateTimeOffset>.Empty;

    /// <summary>When time alone will lead to another state.</summary>
    public DateTimeOffset? NextChange =>
        TrustedUntil.Values.Concat(PendingIdentity is null ? [] : [PendingIdentity.NotBefore]).Order().Cast<DateTimeOffset?>().FirstOrDefault();

    public static RotationState First(TlsDefinition tls, TlsFiles files) =>
        new(new TlsMaterial(1, tls, files.Identity, files.CaCertificates), files.CaCertificates);

    /// <summary>The state after the files, or the rules of the realm, have changed.</summary>
    /// <param name="tls">The rules. They say how long authorities that are no longer there stay trusted.</param>
    /// <param name="files">What the files hold now.</param>
    /// <param name="now">The time.</param>
    public RotationState With(TlsDefinition tls, TlsFiles files, DateTimeOffset now)
    {
        // What is in use already stays so, whatever the clock says.
        var isEarly = files.Identity is { } identity && InUse.Identity is { } inUse && !identity.IsSameAs(inUse) && now < identity.NotBefore;
        var next = this with
        {
            PendingIdentity = isEarly ? files.Identity : null,
            Listed = files.CaCertificates,
            TrustedUntil = tls.HasCaCertificates ? NoticesOf(files.CaCertificates, now + tls.CaOverlap) : TrustedUntil.Clear(),
        };
        return next.Settle(tls, isEarly ? InUse.Identity : files.Identity, now);
    }

    /// <summary>The state at a later time, with the same files.</summary>
    public RotationState At(DateTimeOffset now) => Settle(InUse.Tls, InUse.Identity, now);

    // The rules of now say how long, also for those that were put on notice under others.
    private ImmutableDictionary<CaCertificate, DateTimeOffset> NoticesOf(ImmutableHashSet<CaCertificate> listed, DateTimeOffset latest) =>
        TrustedUntil.RemoveRange(listed)
            .Select(notice => KeyValuePair.Create(notice.Key, notice.Value < latest ? notice.Value : latest))
            .Concat(Listed.Except(listed).Select(authority => KeyValuePair.Create(authority, latest)))
            .ToImmutableDictionary();

    private RotationState Settle(TlsDefinition tls, ClientIdentity? present, DateTimeOffset now)
    {
        var takesOver = PendingIdentity is not null && PendingIdentity.NotBefore <= now;
        var identity = takesOver ? PendingIdentity : present;
        var onNotice = TrustedUntil.RemoveRange(TrustedUntil.Where(notice => notice.Value <= now).Select(notice => notice.Key));
        var authorities = Listed.Union(onNotice.Keys);

        // What is the same as before keeps its very instances, so that nothing is replaced without need.
        var identityIsSame = identity?.IsSameAs(InUse.Identity) ?? InUse.Identity is null;
        var isSame = identityIsSame && authorities.SetEquals(InUse.CaCertificates) && tls.HasSameHandshakes(InUse.Tls);
        return this with
        {
            InUse = !isSame ? new TlsMaterial(InUse.Generation + 1, tls, identityIsSame ? InUse.Identity : identity, authorities)
                : ReferenceEquals(tls, InUse.Tls) ? InUse
                : new TlsMaterial(InUse.Generation, tls, InUse.Identity, InUse.CaCertificates),
            PendingIdentity = takesOver ? null : PendingIdentity,
            TrustedUntil = onNotice,
        };
    }
}
