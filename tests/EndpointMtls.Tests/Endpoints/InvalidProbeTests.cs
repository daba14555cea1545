using System.Collections.Concurrent;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Probes that behave oddly, and changes of the configuration while probes run.</summary>
public sealed class OddProbesTests : EndpointSetFixture
{
    [Test]
    public async Task An_endpoint_that_has_left_because_it_failed_is_back_when_nobody_probes_it_any_more()
    {
        var isWell = true;
        var probe = new ScriptedProbe(_ => isWell ? Task.FromResult<object?>(null) : throw new InvalidOperationException("ill"));
        Options.UnhealthyTimeout = TimeSpan.FromSeconds(1);
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "10.0.0.1:1"));
        await UntilAll(EndpointHealth.Healthy);
        isWell = false;
        await Until(set => set.Endpoints.Count == 0);

        Source.Set(Realm("a", "10.0.0.1:1").With(realm => realm.Probe = false));

        (await UntilAll(EndpointHealth.NotProbed)).Endpoints[0].IsUsed.Should().BeTrue();
    }

    [Test]
    public async Task An_exception_without_words_does_not_end_the_probes()
    {
        var probe = new ScriptedProbe(_ => throw new SilentException());
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "10.0.0.1:1"));

        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().Be("Endpoint '10.0.0.1:1' of realm 'a': the probe threw SilentException.");

        probe.Answer = _ => Task.FromResult<object?>(null);
        await UntilAll(EndpointHealth.Healthy);
    }

    [Test]
    public async Task What_a_probe_throws_when_nobody_waits_for_it_any_more_is_not_raised_as_overlooked()
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
        var overlooked = new ConcurrentQueue<string>();
        TaskScheduler.UnobservedTaskException += Remember;

        late.SetResult();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        TaskScheduler.UnobservedTaskException -= Remember;
        overlooked.Should().NotContain("too late");

        void Remember(object? sender, UnobservedTaskExceptionEventArgs raised) => overlooked.Enqueue(raised.Exception.InnerException!.Message);
    }

    [Test]
    public async Task A_probe_over_a_channel_that_was_replaced_says_nothing_of_the_endpoint()
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
    public async Task A_probe_without_a_task_says_so()
    {
        var probe = new ScriptedProbe(_ => null!);
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "10.0.0.1:1"));
        (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0].LastError.Should().Be("Endpoint '10.0.0.1:1' of realm 'a': the probe returned no task.");
    }

    private sealed class SilentException : Exception
    {
        public override string Message => null!;
    }
}
