namespace EndpointMtls.Async;

/// <summary>A lock whose holder runs no foreign code: it defers the code until it has released the lock.</summary>
/// <remarks>
/// Log sinks, metric listeners and callbacks of users may block, or wait for another thread that needs the same lock. The lock is
/// reentrant. A thread may hold several locks; deferred code runs when it releases the last one.
/// </remarks>
internal sealed class DeferringLock
{
    private readonly Lock _lock = new();

    [ThreadStatic]
    private static int _heldByThread;

    [ThreadStatic]
    private static Queue<Action>? _deferredByThread;

    // Code that deferred code defers waits for its end: sinks are not entered again, and the stack does not grow.
    [ThreadStatic]
    private static bool _isThreadDraining;

    /// <summary>Whether this thread holds a lock, and so must not run foreign code.</summary>
    public static bool IsHeld => _heldByThread > 0;

    /// <summary>Runs foreign code now, or as soon as this thread holds no lock any more, in order. Ignores every exception.</summary>
    public static void Defer(Action action)
    {
        (_deferredByThread ??= []).Enqueue(action);
        RunDeferred();
    }

    /// <summary>Defers foreign code of this thread, without a lock, until the result is disposed.</summary>
    public static Scope Hold()
    {
        _heldByThread++;
        return new Scope(null, isEntered: true);
    }

    /// <summary>Enters the lock. Dispose the result to release it.</summary>
    public Scope EnterScope()
    {
        _lock.Enter();
        _heldByThread++;
        return new Scope(_lock, isEntered: true);
    }

    /// <summary>Enters the lock unless another thread holds it. Dispose the result in either case.</summary>
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

    /// <summary>The time during which a lock is held, or foreign code is deferred.</summary>
    public readonly ref struct Scope(Lock? held, bool isEntered)
    {
        /// <summary>Whether it began.</summary>
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
