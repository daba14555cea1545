using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Async;

/// <summary>Signals when one of two tokens does.</summary>
/// <remarks>Unlike <see cref="CompositeChangeToken"/>, it leaves nothing behind in either when nobody listens any more.</remarks>
internal sealed class EitherToken(IChangeToken one, IChangeToken other) : IChangeToken
{
    public bool HasChanged => one.HasChanged || other.HasChanged;

    public bool ActiveChangeCallbacks => true;

    public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
    {
        var listener = new Listener(() => callback(state));
        listener.Follow(one);
        listener.Follow(other);
        return listener;
    }

    private sealed class Listener(Action tell) : IDisposable
    {
        private readonly Lock _changing = new();
        private readonly List<IDisposable> _registrations = [];
        private bool _hasEnded;

        public void Follow(IChangeToken token)
        {
            // Outside the lock, for one that has signalled already tells at once.
            var registration = token.RegisterChangeCallback(static listener => ((Listener)listener!).Tell(), this);
            lock (_changing)
            {
                if (!_hasEnded)
                {
                    _registrations.Add(registration);
                    return;
                }
            }

            registration.Dispose();
        }

        public void Dispose() => TryEnd();

        private void Tell()
        {
            if (TryEnd())
            {
                tell();
            }
        }

        private bool TryEnd()
        {
            lock (_changing)
            {
                if (_hasEnded)
                {
                    return false;
                }

                _hasEnded = true;
            }

            // Outside the lock as well: it waits until one that is telling has told.
            _registrations.ForEach(registration => registration.Dispose());
            return true;
        }
    }
}
