namespace EndpointMtls.Async;

/// <summary>A lock that holds nobody up for foreign code: what the holder wants to run of it is deferred until the lock is released.</summary>
/// <remarks>
/// Log sinks, metric listeners and callbacks of users may block, or wait for another thread that needs the same lock. Reentrant.
/// A thread may hold several; what it has deferred runs when it releases the last of them.
/// </remarks>
internal sealed class DeferringLock
{
    private readonly Lock _lock = new();

    [ThreadStatic]
    private static int _heldByThread;

    [ThreadStatic]
    private static Queue<Action>? _deferredByThread;

    /// <summary>Whether this thread holds a lock, and so must not run foreign code.</summary>
    public static bool IsHeld => _heldByThread > 0;

    /// <summary>Runs foreign code now, or as soon as this thread holds no lock any more, in order. Ignores every exception.</summary>
    public static void Defer(Action action)
    {
        if (IsHeld)
        {
            (_deferredByThread ??= []).Enqueue(action);
        }
        else
        {
            BestEffort.Run(action);
        }
    }

    /// <summary>Enters the lock. Dispose the result to release it.</summary>
    public Scope EnterScope()
    {
        _lock.Enter();
        _heldByThread++;
        return new Scope(_lock);
    }

    /// <summary>Enters the lock unless another thread holds it. Dispose the result in either case.</summary>
    public Scope TryEnterScope()
    {
        if (!_lock.TryEnter())
        {
            return default;
        }

        _heldByThread++;
        return new Scope(_lock);
    }

    private static void Release(Lock held)
    {
        held.Exit();
        if (--_heldByThread > 0)
        {
            return;
        }

        while (_deferredByThread is { } deferred && deferred.TryDequeue(out var action))
        {
            BestEffort.Run(action);
        }
    }

    /// <summary>The time during which a lock is held.</summary>
    public readonly ref struct Scope(Lock? held)
    {
        /// <summary>Whether the lock is held.</summary>
        public bool IsEntered => held is not null;

        public void Dispose()
        {
            if (held is not null)
            {
                Release(held);
            }
        }
    }
}
