using EndpointMtls.Async;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Channels;

/// <summary>Moves one channel to new certificates some time after they have come into use, so that not all channels do at once.</summary>
internal sealed class ChannelRotation : IDisposable
{
    private readonly RealmHandler _handler;
    private readonly RotatingCertificateProvider _provider;
    private readonly TimeProvider _timeProvider;
    private readonly IDisposable _subscription;
    private readonly DeferringLock _waiting = new();

    // While a change waits for its moment: most channels never have one at most times.
    private ITimer? _swap;
    private bool _isDisposed;

    private ChannelRotation(RealmHandler handler, RotatingCertificateProvider provider, TimeProvider timeProvider)
    {
        (_handler, _provider, _timeProvider) = (handler, provider, timeProvider);
        _subscription = ChangeToken.OnChange(provider.GetChannelToken, OnChanged);
    }

    /// <returns><see langword="null"/> for plaintext, where there is nothing to rotate.</returns>
    public static ChannelRotation? Of(RealmHandler handler, ChannelContext context) =>
        context.Realm.Provider is { } provider ? new ChannelRotation(handler, provider, context.TimeProvider) : null;

    public void Dispose()
    {
        _subscription.Dispose();
        using (_waiting.EnterScope())
        {
            _isDisposed = true;
            EndWaiting();
        }
    }

    private void OnChanged()
    {
        // Trust that was taken away does not wait.
        _handler.AbortUntrusted();
        var jitter = _provider.InUse.Tls.RotationJitter;
        if (jitter == TimeSpan.Zero)
        {
            _handler.RotateIfOutdated();
        }
        else
        {
            Wait(jitter * Random.Shared.NextDouble());
        }
    }

    private void Wait(TimeSpan time)
    {
        using (_waiting.EnterScope())
        {
            if (_swap is null && !_isDisposed)
            {
                _swap = DetachedTimer.Create(_timeProvider, Swap, time);
            }
        }
    }

    private void Swap()
    {
        using (_waiting.EnterScope())
        {
            EndWaiting();
        }

        _handler.RotateIfOutdated();
    }

    private void EndWaiting()
    {
        _swap?.Dispose();
        _swap = null;
    }
}
