using System.Runtime.CompilerServices;
using EndpointMtls.Async;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Async;

/// <summary>The token signals with either of two tokens, and keeps no callback in memory after it has ended.</summary>
public sealed class AnyChangeTokenTests
{
    private CancellationTokenSource _one = new();
    private CancellationTokenSource _other = new();
    private int _calls;

    private AnyChangeToken Token => new(new CancellationChangeToken(_one.Token), new CancellationChangeToken(_other.Token));

    [SetUp]
    public void CreateTokens() => (_one, _other, _calls) = (new CancellationTokenSource(), new CancellationTokenSource(), 0);

    [TestCase(true)]
    [TestCase(false)]
    public void Signals_once_with_the_first_of_two_tokens(bool isOneFirst)
    {
        var (first, second) = isOneFirst ? (_one, _other) : (_other, _one);
        var token = Token;
        using var registration = Listen(token);
        token.HasChanged.Should().BeFalse();

        first.Cancel();

        token.HasChanged.Should().BeTrue();
        _calls.Should().Be(1);

        second.Cancel();

        _calls.Should().Be(1);
    }

    [Test]
    public void Calls_back_once_and_immediately_if_both_have_already_signalled()
    {
        _one.Cancel();
        _other.Cancel();

        using var registration = Listen(Token);

        _calls.Should().Be(1);
    }

    [Test]
    public void Does_not_call_back_after_the_registration_is_disposed()
    {
        Listen(Token).Dispose();

        _one.Cancel();
        _other.Cancel();

        _calls.Should().Be(0);
    }

    [Test]
    public void OnChange_sees_changes_of_both_tokens()
    {
        var (one, other) = (new CancellationTokenSource(), new CancellationTokenSource());
        using var registration = ChangeToken.OnChange(
            () => new AnyChangeToken(new CancellationChangeToken(one.Token), new CancellationChangeToken(other.Token)), () => _calls++);

        Interlocked.Exchange(ref one, new CancellationTokenSource()).Cancel();
        Interlocked.Exchange(ref other, new CancellationTokenSource()).Cancel();
        Interlocked.Exchange(ref other, new CancellationTokenSource()).Cancel();

        _calls.Should().Be(3);
    }

    // Each connection of a server registers and disposes a callback, and the files may never change.
    [TestCase(false)]
    [TestCase(true)]
    public void Keeps_no_callback_in_memory_after_a_signal_or_disposal(bool isSignalled)
    {
        var listener = ListenAndStop(isSignalled);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        listener.IsAlive.Should().BeFalse();
        GC.KeepAlive(_one);
        GC.KeepAlive(_other);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference ListenAndStop(bool isSignalled)
    {
        var state = new object();
        var registration = Token.RegisterChangeCallback(_ => _calls++, state);
        if (isSignalled)
        {
            // The registration is not disposed, as in ChangeToken.OnChange.
            _one.Cancel();
        }
        else
        {
            registration.Dispose();
        }

        return new WeakReference(state);
    }

    private IDisposable Listen(AnyChangeToken token) => token.RegisterChangeCallback(_ => _calls++, null);
}
