using EndpointMtls.Benchmarks;
using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Operating;

/// <summary>Measures single steps of calls and connections, each against a minimal baseline.</summary>
internal sealed class OperatingComparison(Extent extent, CancellationToken cancellation)
{
    private static readonly int[] PatternCounts = [10, 1_000, 100_000];

    /// <summary>Measures lookups, which take nanoseconds.</summary>
    public async Task<IReadOnlyList<Timing>> RunLookupsAsync()
    {
        var channels = With(new ChannelCacheBenchmarks(), benchmarks => benchmarks.Setup());
        var check = With(new CertificateCheckBenchmarks(), benchmarks => benchmarks.Setup());
        var tables = PatternCounts.Select(patterns => With(new AddressResolutionBenchmarks { Patterns = patterns }, benchmarks => benchmarks.Setup())).ToArray();
        using var cleanUp = new CleanUp(() =>
        {
            channels.Cleanup();
            check.Cleanup();
            Array.ForEach(tables, table => table.Cleanup());
        });
        var timings = await MeasureAsync(extent.CloseRounds,
            ("bare dictionary", () => Cost.OfAsync(new FindInDictionary(channels), ShortTurn)),
            ("GetChannel", () => Cost.OfAsync(new GetChannel(channels), ShortTurn)),
            ("volatile read", () => Cost.OfAsync(new ReadField(check), ShortTurn)),
            ("certificate check within a second", () => Cost.OfAsync(new CheckCertificates(check), ShortTurn)),
            ("certificate check after a second", () => Cost.OfAsync(new CheckFiles(check), ShortTurn)),
            ("find a realm, 10 patterns", () => Cost.OfAsync(new FindRealm(tables[0]), ShortTurn)),
            ("find a realm, 1,000 patterns", () => Cost.OfAsync(new FindRealm(tables[1]), ShortTurn)),
            ("find a realm, 100,000 patterns", () => Cost.OfAsync(new FindRealm(tables[2]), ShortTurn)));

        // Separately, because many channels keep the garbage collector busy.
        var firsts = await MeasureAsync(extent.CloseRounds,
            ("first GetChannel, 10 patterns", () => Cost.OfAsync(new GetNewChannel(tables[0]), ShortTurn)),
            ("first GetChannel, 1,000 patterns", () => Cost.OfAsync(new GetNewChannel(tables[1]), ShortTurn)),
            ("first GetChannel, 100,000 patterns", () => Cost.OfAsync(new GetNewChannel(tables[2]), ShortTurn)));
        return [.. timings, .. firsts];
    }

    /// <summary>Measures full handshakes with options from each source.</summary>
    public async Task<IReadOnlyList<Timing>> RunHandshakesAsync(KeyKind keys)
    {
        var handshakes = With(new HandshakeBenchmarks { Keys = keys }, benchmarks => benchmarks.Setup());
        using var cleanUp = new CleanUp(handshakes.Cleanup);
        return await MeasureAsync(extent.CloseRounds,
            ("static options", () => Cost.OfAsync(handshakes.ByHand, Turn)),
            ("provider", () => Cost.OfAsync(handshakes.Provider, Turn)),
            ("files read each time", () => Cost.OfAsync(handshakes.ReadFilesEachTime, Turn)),
            ("selection callback", () => Cost.OfAsync(handshakes.SelectionCallback, Turn)));
    }

    /// <summary>Measures a channel from its creation to the response of the first call.</summary>
    public async Task<IReadOnlyList<Timing>> RunOpeningAsync()
    {
        var opening = new ChannelOpeningBenchmarks();
        await opening.Setup();
        try
        {
            return await MeasureAsync(extent.CloseRounds,
                ("hand-built channel", () => Cost.OfAsync(opening.ByHand, Turn)),
                ("our channel", () => Cost.OfAsync(opening.Ours, Turn)));
        }
        finally
        {
            await opening.Cleanup();
        }
    }

    /// <summary>Measures loading a configuration, by its size.</summary>
    public async Task<IReadOnlyList<Timing>> RunLoadingAsync()
    {
        var timings = new List<Timing>();
        foreach (var patterns in PatternCounts)
        {
            var table = With(new RealmTableBenchmarks { Patterns = patterns }, benchmarks => benchmarks.Setup());
            timings.AddRange(await MeasureAsync(extent.Rounds, ($"compile {patterns:#,0} patterns", () => Cost.OfAsync(() => Done(table.Compile(), table.Table()), Turn))));
        }

        foreach (var shape in Enum.GetValues<DocumentShape>())
        {
            var load = With(new YamlLoadBenchmarks { Shape = shape }, benchmarks => benchmarks.Setup());
            timings.AddRange(await MeasureAsync(extent.Rounds,
                ($"parse 10,000 endpoints, {shape}", () => Cost.OfAsync(() => Done(load.ParseEvents()), Turn)),
                ($"load 10,000 endpoints, {shape}", () => Cost.OfAsync(() => Done(load.Load()), Turn))));
        }

        return timings;
    }

    // Long enough for a dozen handshakes.
    private TimeSpan Turn => extent.CloseTurn / 2;

    private TimeSpan ShortTurn => extent.CloseTurn / 4;

    private static Task Done(params object[] results) => results.Length > 0 ? Task.CompletedTask : throw new ArgumentException(null, nameof(results));

    private static T With<T>(T benchmarks, Action<T> setUp)
    {
        setUp(benchmarks);
        return benchmarks;
    }

    private async Task<IReadOnlyList<Timing>> MeasureAsync(int rounds, params (string Name, Func<Task<Cost>> Measure)[] contenders)
    {
        // Warm-up rounds, until the compiler has optimised the code.
        await Rounds.RunAsync(5, [.. contenders.Select(contender => contender.Measure)], cancellation);
        var costs = await Rounds.RunAsync(rounds, [.. contenders.Select(contender => contender.Measure)], cancellation);
        return [.. contenders.Select((contender, index) => new Timing(contender.Name, costs[index]))];
    }

    private sealed class CleanUp(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}

/// <summary>The cost of an operation, by round.</summary>
internal sealed record Timing(string Name, IReadOnlyList<Cost> Costs)
{
    public IEnumerable<double> Nanoseconds => Costs.Select(cost => cost.Nanoseconds);

    public IEnumerable<double> Bytes => Costs.Select(cost => cost.Bytes);
}
