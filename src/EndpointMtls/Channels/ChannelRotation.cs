using EndpointMtls.Files;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Channels;

/// <summary>Moves one channel to new certificates some time after they have come into use, so that not all channels do at once.</summary>
internal sealed class ChannelRotation : IDisposable
{
    private readonly RealmHandler _handler;
    private readonly RotatingCertificateProvider _provider;
    private readonly ITimer _swap;
    private readonly IDisposable _subscription;
    private bool _isPending;

    private ChannelRotation(RealmHandler handler, RotatingCertificateProvider provider, TimeProvider timeProvider)
    {
        (_handler, _provider) = (handler, provider);
        _swap = DetachedTimer.Create(timeProvider, Swap);
        _subscription = ChangeToken.OnChange(provider.GetChannelToken, OnChanged);
    }

    /// <returns><see langword="null"/> for plaintext, where there is nothing to rotate.</returns>
    public static ChannelRotation? Of(RealmHandler handler, ChannelContext context) =>
        context.Realm.Provider is { } provider ? new ChannelRotation(handler, provider, context.TimeProvider) : null;

    public void Dispose()
    {
        _subscription.Dispose();
        _swap.Dispose();
    }

    private void OnChanged()
    {
        // Trust that was taken away does not wait.
        _handler.CutUntrusted();
        var jitter = _provider.InUse.Tls.SwapJitter;
        if (jitter == TimeSpan.Zero)
        {
            _handler.RenewIfOutdated();
        }
        else if (!Interlocked.Exchange(ref _isPending, true))
        {
            _swap.Change(jitter * Random.Shared.NextDouble(), Timeout.InfiniteTimeSpan);
        }
    }

    private void Swap()
    {
        Volatile.Write(ref _isPending, false);
        _handler.RenewIfOutdated();
    }
}
