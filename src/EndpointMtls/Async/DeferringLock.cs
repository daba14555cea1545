namespace EndpointMtls.Async;

/// <summary>A lock that defers foreign code of its holder until the lock is released.</summary>
/// <remarks>
/// Foreign code means log sinks, metric listeners and callbacks of users. It may block, or wait for another thread that needs the
/// same lock. The lock is reentrant. A thread may hold several locks; deferred code runs when it releases the last one.
/// </remarks>
internal sealed class DeferringLock
{
    private readonly Lock _lock = new();

    [ThreadStatic]
    private static int _heldByThread;

    [ThreadStatic]
    private static Queue<Action>? _deferredByThread;

    // Deferred code may defer more code. That runs afterwards, so that sinks are not reentered and the stack does not grow.
    [ThreadStatic]
    private static bool _isThreadDraining;

    /// <summary>Whether this thread holds a lock. It must not run foreign code then.</summary>
    public static bool IsHeld => _heldByThread > 0;

    /// <summary>Runs foreign code now, or in order after this thread has released its locks. Ignores every exception.</summary>
    public static void Defer(Action action)
    {
        (_deferredByThread ??= []).Enqueue(action);
        RunDeferred();
    }

    /// <summary>Defers foreign code of this thread until the result is disposed. Takes no lock.</summary>
    public static Scope DeferUntilDisposed()
    {
        _heldByThread++;
        return new Scope(null, isEntered: true);
    }

    /// <summary>Runs an action of a thread that holds a lock of other code. Its foreign code runs on the thread pool.</summary>
    public static void RunUnderForeignLock(Action action)
    {
        var before = _deferredByThread;
        _deferredByThread = null;
        _heldByThread++;
        try
        {
            action();
        }
        finally
        {
            _heldByThread--;
            if (_deferredByThread is { Count: > 0 } deferred)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static deferred => deferred.ToList().ForEach(Defer), deferred, preferLocal: false);
            }

            _deferredByThread = before;
        }
    }

    /// <summary>Acquires the lock. Dispose the result to release it.</summary>
    public Scope EnterScope()
    {
        _lock.Enter();
        _heldByThread++;
        return new Scope(_lock, isEntered: true);
    }

    /// <summary>Acquires the lock unless another thread holds it. Dispose the result in either case.</summary>
    public Scope TryEnterScope()
    {
        if (!_lock.TryEnter())
        {
            return default;
        }

        _heldByThread++;
        return new Scope(_lock, isEntered: true);
    }

    private static void RunDeferred()
    {
        if (IsHeld || _isThreadDraining)
        {
            return;
        }

        _isThreadDraining = true;
        while (_deferredByThread is { } deferred && deferred.TryDequeue(out var action))
        {
            BestEffort.Run(action);
        }

        _isThreadDraining = false;
    }

    /// <summary>Holds a lock, or only defers foreign code, until it is disposed.</summary>
    public readonly ref struct Scope(Lock? held, bool isEntered)
    {
        /// <summary>Whether the lock was acquired.</summary>
        public bool IsEntered => isEntered;

        public void Dispose()
        {
            if (isEntered)
            {
                held?.Exit();
                _heldByThread--;
                RunDeferred();
            }
        }
    }
}
