using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Async;

/// <summary>A change token that signals when either of two tokens does. Thread-safe.</summary>
/// <remarks>
/// Unlike <see cref="CompositeChangeToken"/>, it keeps no registration in either token after its last callback is removed.
/// </remarks>
internal sealed class AnyChangeToken(IChangeToken one, IChangeToken other) : IChangeToken
{
    public bool HasChanged => one.HasChanged || other.HasChanged;

    public bool ActiveChangeCallbacks => true;

    public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
    {
        var listener = new Listener(() => callback(state));
        listener.Register(one);
        listener.Register(other);
        return listener;
    }

    private sealed class Listener(Action callback) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly List<IDisposable> _registrations = [];
        private bool _hasEnded;

        public void Register(IChangeToken token)
        {
            // Outside the lock: a token that has already signalled invokes the callback immediately.
            var registration = token.RegisterChangeCallback(static listener => ((Listener)listener!).Invoke(), this);
            lock (_lock)
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

        private void Invoke()
        {
            if (TryEnd())
            {
                callback();
            }
        }

        private bool TryEnd()
        {
            lock (_lock)
            {
                if (_hasEnded)
                {
                    return false;
                }

                _hasEnded = true;
            }

            // Outside the lock: disposing a registration waits for its callback to return.
            _registrations.ForEach(registration => registration.Dispose());
            return true;
        }
    }
}
