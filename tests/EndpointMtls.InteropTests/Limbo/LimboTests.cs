using System.Collections.Concurrent;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Limbo;

/// <summary>The cases of x509-limbo, with OpenSSL as the peer. The differences from the expected results are reviewed.</summary>
public sealed class LimboTests
{
    private const int MaxLax = 34;
    private const int MaxStrict = 3;

    private readonly ConcurrentDictionary<string, (LimboCase Case, LimboVerdict Verdict)> _results = new();
    private IReadOnlyDictionary<string, bool> _acceptedByGo = null!;

    [OneTimeSetUp]
    public async Task VerifyAsync()
    {
        (var cases, _acceptedByGo) = LimboCase.Read();
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (limbo, _) =>
            _results[limbo.Id] = (limbo, await LimboPeer.VerifyAsync(limbo)));
        await TestContext.Out.WriteLineAsync(
            $"{_results.Count} cases, {_results.Values.Count(result => result.Verdict.WasPresented)} of them in a handshake: "
            + $"{_results.Count - Lax.Count() - Strict.Count()} agree, {Lax.Count()} lax, {Strict.Count()} strict.");
        foreach (var difference in Differences)
            await TestContext.Out.WriteLineAsync(difference);
    }

    [Test]
    public void Differs_from_the_expected_results_only_where_that_was_reviewed()
    {
        var reviewed = File.ReadLines(Repository.Path("tests/EndpointMtls.InteropTests/limbo-differences.txt"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => string.Join(' ', line.Split(' ')[..2]));

        Differences.Select(difference => string.Join(' ', difference.Split(' ')[..2])).Should().BeEquivalentTo(reviewed, "{0}", string.Join('\n', Differences));
    }

    [Test]
    public void Differs_in_few_cases()
    {
        Lax.Count().Should().BeLessThanOrEqualTo(MaxLax);
        Strict.Count().Should().BeLessThanOrEqualTo(MaxStrict);
    }

    [Test]
    public void Accepts_no_certificate_that_Go_rejects() => Lax.Where(id => !_acceptedByGo[id]).Should().BeEmpty();

    [Test]
    public void Explains_every_rejection() =>
        _results.Values.Where(result => !result.Verdict.IsAccepted && result.Verdict.Text.Length == 0).Select(result => result.Case.Id).Should().BeEmpty();

    [Test]
    public void Presents_most_certificates_in_a_handshake() => _results.Values.Count(result => result.Verdict.WasPresented).Should().BeGreaterThan(_results.Count / 2);

    private IEnumerable<string> Differences => Lax.Select(id => $"lax {id} ").Concat(Strict.Select(id => $"strict {id} {_results[id].Verdict.Text}"));

    private IEnumerable<string> Lax => Where(isAccepted: true).Order(StringComparer.Ordinal);

    private IEnumerable<string> Strict => Where(isAccepted: false).Order(StringComparer.Ordinal);

    private IEnumerable<string> Where(bool isAccepted) =>
        _results.Values.Where(result => result.Verdict.IsAccepted == isAccepted && result.Case.MustAccept != isAccepted).Select(result => result.Case.Id);
}
