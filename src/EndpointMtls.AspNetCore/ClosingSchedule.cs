using EndpointMtls.Serving;

namespace EndpointMtls.AspNetCore;

/// <summary>Determines when one connection is closed, and for which reason. Not thread-safe.</summary>
/// <remarks>All times are relative to the start of the connection.</remarks>
internal sealed class ClosingSchedule(ServerHandshake handshake, TimeProvider timeProvider)
{
    private static readonly TimeSpan Never = TimeSpan.MaxValue;

    /// <summary>The earliest time for a reconnect request because of rotation or expiry.</summary>
    /// <remarks>Before it, the first call of the client could fail.</remarks>
    private static readonly TimeSpan EarliestRequest = TimeSpan.FromSeconds(1);

    private readonly long _start = timeProvider.GetTimestamp();

    // From 0 to 1: spreads the closing of connections that were made at the same time.
    private readonly double _jitter = Random.Shared.NextDouble();

    private ServerTlsOptions _options = new();
    private TimeSpan _ageLimitedAt;
    private TimeSpan? _outdatedAt;
    private TimeSpan? _requestedAt;

    /// <summary>Whether the client was requested to reconnect.</summary>
    public bool IsReconnectRequested => _requestedAt is not null;

    private TimeSpan Now => timeProvider.GetElapsedTime(_start);

    // A limit that a reload adds must not close all older connections at the same time.
    private TimeSpan AgeReachedAt => _options.MaxConnectionAge is { } age
        ? Later(age * (0.9 + (0.2 * _jitter)), _ageLimitedAt + (age * 0.2 * _jitter))
        : Never;

    private TimeSpan RotationAt => _outdatedAt is { } outdatedAt
        ? Later(outdatedAt + (_options.CloseOnRotation!.Value * _jitter), EarliestRequest)
        : Never;

    // By the wall clock, which may be set.
    private TimeSpan ExpiryAt => _options.OnClientCertExpired == ClientConnectionAction.Close && handshake.Client is { } client
        ? Later(Now + (client.NotAfter - timeProvider.GetUtcNow()), EarliestRequest)
        : Never;

    private TimeSpan GraceEndsAt => _options.MaxConnectionAgeGrace is { } grace ? _requestedAt!.Value + grace : Never;

    /// <summary>Applies the current options and the current certificate of the server.</summary>
    /// <returns>Whether this call scheduled the connection to be closed because of a rotation.</returns>
    public bool Update(ServerTlsOptions options)
    {
        if (options.MaxConnectionAge != _options.MaxConnectionAge)
        {
            _ageLimitedAt = Now;
        }

        _options = options;
        var wasOutdated = _outdatedAt is not null;

        // Another rotation does not postpone the closing. A rotation back to the certificate of the connection cancels it.
        _outdatedAt = options.CloseOnRotation is null || !handshake.IsOutdated ? null : _outdatedAt ?? Now;
        return !wasOutdated && _outdatedAt is not null && _requestedAt is null;
    }

    /// <summary>Returns the reason to act now: to request a reconnect, or to abort because the grace period has ended.</summary>
    /// <returns><see langword="null"/> if nothing is due.</returns>
    public CloseReason? TakeDue()
    {
        var now = Now;
        var (at, reason) = Next();
        if (at > now)
        {
            return null;
        }

        _requestedAt ??= now;
        return reason;
    }

    /// <summary>The time until the next action is due, by the options of the last <see cref="Update"/>.</summary>
    /// <returns><see langword="null"/> if none ever is.</returns>
    public TimeSpan? TimeUntilDue() => Next().At is var at && at == Never ? null : Later(at - Now, TimeSpan.Zero);

    private (TimeSpan At, CloseReason Reason) Next() => _requestedAt is null
        ? new[]
        {
            (AgeReachedAt, CloseReason.Age),
            (RotationAt, CloseReason.Rotation),
            (ExpiryAt, CloseReason.ClientCertificateExpired),
        }.Min()
        : (GraceEndsAt, CloseReason.GraceExceeded);

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
