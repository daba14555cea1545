using EndpointMtls.Realms;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Channels;

/// <summary>Moves one channel to new certificates some time after they have come into use, so that not all channels do at once.</summary>
internal sealed class ChannelRotation : IDisposable
{
    private readonly RealmHandler _handler;
    private readonly TimeSpan _jitter;
    private readonly ITimer _swap;
    private readonly IDisposable _subscription;
    private bool _isPending;

    public ChannelRotation(RealmHandler handler, RotatingCertificateProvider provider, TimeSpan jitter, TimeProvider timeProvider)
    {
        (_handler, _jitter) = (handler, jitter);
        _swap = DetachedTimer.Create(timeProvider, Swap);
        _subscription = ChangeToken.OnChange(provider.GetChannelToken, OnChanged);
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _swap.Dispose();
    }

    private void OnChanged()
    {
        // Trust that was taken away does not wait.
        _handler.CutUntrusted();
        if (_jitter == TimeSpan.Zero)
        {
            _handler.RenewIfOutdated();
        }
        else if (!Interlocked.Exchange(ref _isPending, true))
        {
            _swap.Change(_jitter * Random.Shared.NextDouble(), Timeout.InfiniteTimeSpan);
        }
    }

    private void Swap()
    {
        Volatile.Write(ref _isPending, false);
        _handler.RenewIfOutdated();
    }
}
