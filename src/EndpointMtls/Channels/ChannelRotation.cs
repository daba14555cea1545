using EndpointMtls.Async;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Channels;

/// <summary>Rotates the connections of one channel when the certificates of its realm change.</summary>
/// <remarks>It delays each rotation by a random part of the realm's jitter, so that channels do not all reconnect at once.</remarks>
internal sealed class ChannelRotation : IDisposable
{
    private readonly ChannelGenerations _generations;
    private readonly RotatingCertificateProvider _provider;
    private readonly TimeProvider _timeProvider;
    private readonly IDisposable _subscription;
    private readonly DeferringLock _scheduling = new();

    // Created for each rotation: most channels have no pending rotation at most times.
    private ITimer? _pending;
    private bool _isDisposed;

    private ChannelRotation(ChannelGenerations generations, RotatingCertificateProvider provider, TimeProvider timeProvider)
    {
        (_generations, _provider, _timeProvider) = (generations, provider, timeProvider);
        _subscription = ChangeToken.OnChange(provider.GetChannelToken, OnChanged);
        generations.OpenedOutdated += OnOpenedOutdated;
    }

    /// <summary>Starts to rotate the connections of a channel.</summary>
    /// <returns><see langword="null"/> if the realm is plaintext.</returns>
    public static ChannelRotation? Start(ChannelGenerations generations, ChannelContext context) =>
        context.Realm.Provider is { } provider ? new ChannelRotation(generations, provider, context.TimeProvider) : null;

    public void Dispose()
    {
        _subscription.Dispose();
        _generations.OpenedOutdated -= OnOpenedOutdated;
        using (_scheduling.EnterScope())
        {
            _isDisposed = true;
            CancelPending();
        }
    }

    private void OnChanged()
    {
        _generations.Pin();

        // The jitter does not delay the removal of trust.
        _generations.AbortUntrusted();
        var jitter = _provider.InUse.Tls.RotationJitter;
        if (jitter == TimeSpan.Zero)
        {
            _generations.RotateIfOutdated();
        }
        else
        {
            Schedule(jitter * Random.Shared.NextDouble());
        }
    }

    // A change during the handshake did not see the connection.
    private void OnOpenedOutdated()
    {
        bool isPending;
        using (_scheduling.EnterScope())
        {
            isPending = _pending is not null;
        }

        if (!isPending)
        {
            _generations.RotateIfOutdated();
        }
    }

    private void Schedule(TimeSpan delay)
    {
        using (_scheduling.EnterScope())
        {
            if (_pending is null && !_isDisposed)
            {
                _pending = DetachedTimer.Create(_timeProvider, Rotate, delay);
            }
        }
    }

    private void Rotate()
    {
        using (_scheduling.EnterScope())
        {
            CancelPending();
        }

        _generations.RotateIfOutdated();
    }

    private void CancelPending()
    {
        _pending?.Dispose();
        _pending = null;
    }
}
