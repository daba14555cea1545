using System.Runtime.CompilerServices;
using EndpointMtls.Async;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Async;

/// <summary>A signal from one of two sides, and nothing that remains of who listened.</summary>
public sealed class AnyChangeTokenTests
{
    private CancellationTokenSource _one = new();
    private CancellationTokenSource _other = new();
    private int _told;

    private AnyChangeToken Token => new(new CancellationChangeToken(_one.Token), new CancellationChangeToken(_other.Token));

    [SetUp]
    public void Forget() => (_one, _other, _told) = (new CancellationTokenSource(), new CancellationTokenSource(), 0);

    [TestCase(true)]
    [TestCase(false)]
    public void Either_of_the_two_tells_and_only_once(bool isOneFirst)
    {
        var (first, second) = isOneFirst ? (_one, _other) : (_other, _one);
        var token = Token;
        using var listening = Listen(token);
        token.HasChanged.Should().BeFalse();

        first.Cancel();

        token.HasChanged.Should().BeTrue();
        _told.Should().Be(1);

        second.Cancel();

        _told.Should().Be(1);
    }

    [Test]
    public void Whoever_comes_late_is_told_at_once_and_once()
    {
        _one.Cancel();
        _other.Cancel();

        using var listening = Listen(Token);

        _told.Should().Be(1);
    }

    [Test]
    public void Nobody_is_told_who_does_not_listen_any_more()
    {
        Listen(Token).Dispose();

        _one.Cancel();
        _other.Cancel();

        _told.Should().Be(0);
    }

    [Test]
    public void Changes_are_followed_on_both_sides()
    {
        var (one, other) = (new CancellationTokenSource(), new CancellationTokenSource());
        using var following = ChangeToken.OnChange(
            () => new AnyChangeToken(new CancellationChangeToken(one.Token), new CancellationChangeToken(other.Token)), () => _told++);

        Interlocked.Exchange(ref one, new CancellationTokenSource()).Cancel();
        Interlocked.Exchange(ref other, new CancellationTokenSource()).Cancel();
        Interlocked.Exchange(ref other, new CancellationTokenSource()).Cancel();

        _told.Should().Be(3);
    }

    // A server that is called once in a while begins and ends to listen with every connection, and its files may never change.
    [TestCase(false)]
    [TestCase(true)]
    public void Nothing_remains_of_whoever_listened(bool isToldByOne)
    {
        var listener = ListenAndStop(isToldByOne);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        listener.IsAlive.Should().BeFalse();
        GC.KeepAlive(_one);
        GC.KeepAlive(_other);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference ListenAndStop(bool isToldByOne)
    {
        var state = new object();
        var listening = Token.RegisterChangeCallback(_ => _told++, state);
        if (isToldByOne)
        {
            // It is not disposed then: ChangeToken.OnChange does not.
            _one.Cancel();
        }
        else
        {
            listening.Dispose();
        }

        return new WeakReference(state);
    }

    private IDisposable Listen(AnyChangeToken token) => token.RegisterChangeCallback(_ => _told++, null);
}
