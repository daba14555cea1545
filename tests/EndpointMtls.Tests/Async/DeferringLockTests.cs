extern alias Core;

using Core::EndpointMtls.Async;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Async;

/// <summary>Foreign code runs in order when its thread holds no lock. Its exceptions are ignored.</summary>
public sealed class DeferringLockTests
{
    private readonly DeferringLock _one = new();
    private readonly DeferringLock _other = new();

    [Test]
    public void Runs_immediately_without_a_lock()
    {
        var hasRun = false;

        DeferringLock.Defer(() => hasRun = true);

        hasRun.Should().BeTrue();
    }

    [Test]
    public void Runs_in_order_when_the_last_of_several_locks_is_released()
    {
        var ran = new List<int>();
        using (_one.EnterScope())
        {
            DeferringLock.Defer(() => ran.Add(1));
            using (_other.EnterScope())
            using (_one.EnterScope())
                DeferringLock.Defer(() => ran.Add(2));

            ran.Should().BeEmpty();
        }

        ran.Should().Equal(1, 2);
        DeferringLock.IsHeld.Should().BeFalse();
    }

    [Test]
    public void Runs_when_an_exception_releases_the_lock()
    {
        var hasRun = false;

        FluentActions.Invoking(() =>
        {
            using (_one.EnterScope())
            {
                DeferringLock.Defer(() => hasRun = true);
                throw new InvalidOperationException();
            }
        }).Should().Throw<InvalidOperationException>();

        hasRun.Should().BeTrue();
    }

    [Test]
    public void An_exception_of_deferred_code_stops_neither_the_holder_nor_later_code()
    {
        var hasRun = false;
        using (_one.EnterScope())
        {
            DeferringLock.Defer(() => throw new IOException("disk full"));
            DeferringLock.Defer(() => hasRun = true);
        }

        hasRun.Should().BeTrue();
    }

    [Test]
    public void Deferred_code_can_acquire_the_lock_and_defer_more_code()
    {
        var hasRun = false;
        using (_one.EnterScope())
        {
            DeferringLock.Defer(() =>
            {
                using (_one.EnterScope())
                    DeferringLock.Defer(() => hasRun = true);
            });
        }

        hasRun.Should().BeTrue();
    }

    [Test]
    public void Code_deferred_by_deferred_code_runs_after_it()
    {
        var ran = new List<string>();
        using (_one.EnterScope())
        {
            DeferringLock.Defer(() =>
            {
                ran.Add("first begins");
                DeferringLock.Defer(() => ran.Add("third"));
                using (_other.EnterScope()) { }
                ran.Add("first ends");
            });
            DeferringLock.Defer(() => ran.Add("second"));
        }

        ran.Should().Equal("first begins", "first ends", "second", "third");
    }

    [Test]
    public void DeferUntilDisposed_defers_without_a_lock()
    {
        var hasRun = false;
        using (DeferringLock.DeferUntilDisposed())
        {
            DeferringLock.Defer(() => hasRun = true);
            IsEnteredElsewhere().Should().BeTrue();
            hasRun.Should().BeFalse();
        }

        hasRun.Should().BeTrue();
    }

    [Test]
    public void The_lock_is_free_while_deferred_code_runs()
    {
        var wasEntered = false;
        using (_one.EnterScope())
        {
            DeferringLock.Defer(() => wasEntered = IsEnteredElsewhere());
            IsEnteredElsewhere().Should().BeFalse("one thread holds it");
        }

        wasEntered.Should().BeTrue();
    }

    private bool IsEnteredElsewhere() => Task.Run(() =>
    {
        using var scope = _one.TryEnterScope();
        return scope.IsEntered;
    }).WithTimeout().GetAwaiter().GetResult();
}
