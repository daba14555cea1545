using System.Collections.Concurrent;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Probes that throw, hang or return nothing, and reloads during a probe.</summary>
public sealed class InvalidProbeTests : EndpointSetFixture
{
    [Test]
    public async Task A_dropped_endpoint_returns_when_probes_are_disabled()
    {
        var isHealthy = true;
        var probe = new ScriptedProbe(_ => isHealthy ? Task.FromResult<object?>(null) : throw new InvalidOperationException("unhealthy"));
        Options.UnhealthyTimeout = TimeSpan.FromSeconds(1);
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "10.0.0.1:1"));
        await UntilAll(EndpointHealth.Healthy);
        isHealthy = false;
        await Until(set => set.Endpoints.Count == 0);

        Source.Set(Realm("a", "10.0.0.1:1").With(realm => realm.Probe = false));

        (await UntilAll(EndpointHealth.NotProbed)).Endpoints[0].IsUsed.Should().BeTrue();
    }

    [Test]
    public async Task An_exception_without_a_message_does_not_stop_the_probes()
    {
        var probe = new ScriptedProbe(_ => throw new SilentException());
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "10.0.0.1:1"));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().BeApproved();

        probe.Answer = _ => Task.FromResult<object?>(null);
        await UntilAll(EndpointHealth.Healthy);
    }

    [Test]
    public async Task A_late_failure_raises_no_unobserved_exception()
    {
        var late = new TaskCompletionSource();
        var probe = new ScriptedProbe(async _ =>
        {
            await late.Task;
            throw new InvalidOperationException("too late");
        });
        Options.ProbeTimeout = TimeSpan.FromMilliseconds(10);
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "10.0.0.1:1"));
        await UntilAll(EndpointHealth.Unhealthy);
        var unobserved = new ConcurrentQueue<string>();
        TaskScheduler.UnobservedTaskException += Record;

        late.SetResult();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        TaskScheduler.UnobservedTaskException -= Record;
        unobserved.Should().NotContain("too late");

        void Record(object? sender, UnobservedTaskExceptionEventArgs raised) => unobserved.Enqueue(raised.Exception.InnerException!.Message);
    }

    [Test]
    public async Task Ignores_the_result_of_a_probe_over_a_replaced_channel()
    {
        Dns.SetHost("a.example", "127.0.0.1");
        var answers = new ConcurrentQueue<TaskCompletionSource<object?>>();
        var probe = new ScriptedProbe(_ =>
        {
            var answer = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
            answers.Enqueue(answer);
            return answer.Task;
        });
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "dns+a.example:1"));
        await probe.WhenCalled(1).WithTimeout();
        var before = (await Until(set => set.Endpoints.Count == 1)).Endpoints[0].Channel;
        var root = TestCa.CreateRoot("root");
        Source.Set(Realm("a", "dns+a.example:1").With(realm => realm.TlsConfig = Folder.WriteRealm("a", root, null)));
        await Until(set => set.Endpoints is [{ Channel: var channel }] && channel != before);

        answers.TryDequeue(out var first);
        first!.SetResult("over plaintext");
        await probe.WhenCalled(2).WithTimeout();

        Set.Current.Endpoints[0].Should().BeEquivalentTo(new { Health = EndpointHealth.Unknown, ProbeResult = (object?)null });
    }

    [Test]
    public async Task A_probe_that_returns_no_task_fails()
    {
        var probe = new ScriptedProbe(_ => null!);
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "10.0.0.1:1"));
        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().BeApproved();
    }

    private sealed class SilentException : Exception
    {
        public override string Message => null!;
    }
}
