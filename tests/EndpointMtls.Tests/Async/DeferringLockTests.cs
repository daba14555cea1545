extern alias Core;

using Core::EndpointMtls.Async;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Async;

/// <summary>Foreign code runs when its thread holds no lock, in order, and its failures are its own.</summary>
public sealed class DeferringLockTests
{
    private readonly DeferringLock _one = new();
    private readonly DeferringLock _other = new();

    [Test]
    public void Runs_at_once_without_a_lock()
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
    public void Runs_after_an_exception_has_left_the_lock()
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
    public void A_failure_stops_neither_the_holder_nor_what_comes_after()
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
    public void What_is_run_may_take_the_lock_and_defer_in_its_turn()
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
    public void What_is_deferred_while_something_runs_waits_until_it_has_ended()
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
    public void Waits_for_the_end_of_a_hold_without_a_lock()
    {
        var hasRun = false;
        using (DeferringLock.Hold())
        {
            DeferringLock.Defer(() => hasRun = true);
            IsEnteredElsewhere().Should().BeTrue();
            hasRun.Should().BeFalse();
        }

        hasRun.Should().BeTrue();
    }

    [Test]
    public void Holds_no_other_thread_up_while_it_runs()
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
