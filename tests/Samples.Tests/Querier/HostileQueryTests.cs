using Samples.Tests.Support;

namespace Samples.Tests.Querier;

/// <summary>Queries with regular expressions that would take minutes or gigabytes, to a querier process.</summary>
[CancelAfter(120_000)]
internal sealed class HostileQueryTests
{
    [Test]
    public async Task A_list_of_50_000_literals_is_answered_and_deeper_patterns_are_rejected(CancellationToken cancellation)
    {
        var requested = new TaskCompletionSource();
        await using var store = await TestStore.StartAsync(new TestStore
        {
            SendSeries = (_, _) =>
            {
                requested.TrySetResult();
                return Task.CompletedTask;
            },
        });
        using var querier = await RunningQuerier.StartAsync([store], cancellation);

        var list = await AskAsync($"({string.Join('|', Enumerable.Range(0, 50_000).Select(i => $"host-{i}"))})");
        var large = await AskAsync(string.Join('|', Enumerable.Range(0, 50_000).Select(i => $"host-{i}.*")));
        var deep = await AskAsync(new string('(', 200_000) + "a" + new string(')', 200_000));
        var many = await AskAsync(string.Join("\",instance=~\"", Enumerable.Range(0, 99).Select(i => $"a{i}.*")));

        (list.Status, requested.Task.IsCompleted).Should().Be(("success", true));
        large.Error.Should().Contain("expression too large").And.NotContain("host-99.");
        deep.Error.Should().Contain("is not a regular expression: expression too large");
        many.Error.Should().Contain("more than 20 regular expressions");
        querier.PeakMemory.Should().BeLessThan(400L << 20);

        async Task<(string? Status, string? Error)> AskAsync(string pattern)
        {
            var answer = await querier.PostAsync("/api/v1/query", new() { ["query"] = $"up{{instance=~\"{pattern}\"}}" }, cancellation);
            return ((string?)answer["status"], (string?)answer["error"]);
        }
    }
}
