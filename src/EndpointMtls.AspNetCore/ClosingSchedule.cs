using EndpointMtls.Serving;

namespace EndpointMtls.AspNetCore;

/// <summary>When one connection is to be closed, and why. Not thread-safe.</summary>
/// <remarks>All moments are counted from the beginning of the connection.</remarks>
internal sealed class ClosingSchedule(ServerHandshake handshake, TimeProvider timeProvider)
{
    private static readonly TimeSpan Never = TimeSpan.MaxValue;

    /// <summary>Before that, the client may not be ready to be asked: what it connected for would fail.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(1);

    private readonly long _start = timeProvider.GetTimestamp();

    // Where among all connections this one stands, from 0 to 1: so they do not close all at once.
    private readonly double _place = Random.Shared.NextDouble();

    private ServerTlsOptions _options = new();
    private TimeSpan _ageLimitedAt;
    private TimeSpan? _outdatedAt;
    private TimeSpan? _askedAt;

    /// <summary>Whether the client was asked to connect again.</summary>
    public bool IsAsked => _askedAt is not null;

    private TimeSpan Now => timeProvider.GetElapsedTime(_start);

    // Where the limit comes late, it must not meet all that are older at once.
    private TimeSpan AgeReachedAt => _options.MaxConnectionAge is { } age
        ? Later(age * (0.9 + (0.2 * _place)), _ageLimitedAt + (age * 0.2 * _place))
        : Never;

    private TimeSpan RotationAt => _outdatedAt is { } outdatedAt
        ? Later(outdatedAt + (_options.CloseOnRotation!.Value * _place), Beginning)
        : Never;

    // By the clock on the wall, which may be set.
    private TimeSpan ExpiryAt => _options.OnClientCertExpired == ClientCertificateExpiredAction.Close && handshake.Client is { } client
        ? Later(Now + (client.NotAfter - timeProvider.GetUtcNow()), Beginning)
        : Never;

    private TimeSpan GraceEndsAt => _options.MaxConnectionAgeGrace is { } grace ? _askedAt!.Value + grace : Never;

    /// <summary>Goes on by the options and the certificate as they are now.</summary>
    /// <returns>Whether the connection is to be closed because of a rotation, and was not before.</returns>
    public bool Follow(ServerTlsOptions options)
    {
        if (options.MaxConnectionAge != _options.MaxConnectionAge)
        {
            _ageLimitedAt = Now;
        }

        _options = options;
        var wasOutdated = _outdatedAt is not null;

        // One that is outdated already keeps its moment; one whose certificate is in use again need not close.
        _outdatedAt = options.CloseOnRotation is null || !handshake.IsOutdated ? null : _outdatedAt ?? Now;
        return !wasOutdated && _outdatedAt is not null && _askedAt is null;
    }

    /// <summary>Takes what is due now: the client is asked to connect again, or the grace that it was given has ended.</summary>
    public CloseReason? TakeDue()
    {
        var now = Now;
        var (at, reason) = Next();
        if (at > now)
        {
            return null;
        }

        _askedAt ??= now;
        return reason;
    }

    /// <summary>How long nothing will be due as things are.</summary>
    /// <returns><see langword="null"/> for ever.</returns>
    public TimeSpan? Wait() => Next().At is var at && at == Never ? null : Later(at - Now, TimeSpan.Zero);

    private (TimeSpan At, CloseReason Reason) Next() => _askedAt is null
        ? new[] { (AgeReachedAt, CloseReason.Age), (RotationAt, CloseReason.Rotation), (ExpiryAt, CloseReason.ClientCertificateExpired) }.Min()
        : (GraceEndsAt, CloseReason.GraceExceeded);

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
