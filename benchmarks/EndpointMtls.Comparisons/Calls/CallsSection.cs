using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Reporting;

namespace EndpointMtls.Comparisons.Calls;

/// <summary>Formats the results of the comparison of calls.</summary>
internal static class CallsSection
{
    private static readonly string[] Measures = ["throughput", "p50", "cpu"];
    private static readonly Bound[] HandBuilt = [Bound.AtLeast(0.98), Bound.AtMost(1.03)];
    private static readonly Bound[] Nginx = [Bound.AtLeast(2.5), Bound.AtMost(0.5), Bound.AtMost(0.4)];

    /// <param name="costs">The ways that were measured, ours first.</param>
    /// <param name="close">Ours and the hand-built channel, measured in many short turns.</param>
    /// <param name="bytes">The bytes that a call allocates in each of those two.</param>
    /// <param name="missing">The ways that could not be measured, with the reason.</param>
    public static Section Of(IReadOnlyList<CallCost> costs, IReadOnlyList<CallCost> close, IReadOnlyList<double>[] bytes, IReadOnlyList<(string Name, string Why)> missing)
    {
        var table = new Table("way", "p50 µs", "p99 µs", "calls/s", "CPU µs/call", "failed");
        foreach (var cost in costs)
        {
            if (cost.Failed > 0)
            {
                table.Add(cost.Name, "missing", "missing", "missing", "missing", $"{cost.Failed:#,0}");
                continue;
            }

            table.Add(cost.Name, Figures.Of(cost.P50), Figures.Of(cost.P99), Figures.Of(cost.Throughput), Figures.Of(cost.Cpu), "0");
        }

        foreach (var (name, why) in missing)
        {
            table.Add(name, "missing", "missing", "missing", "missing", why);
        }

        return new Section(
            "Calls",
            "A unary call of 1 KiB to the same server, p50 and p99 with one caller, calls/s and CPU (of all processes together) with 32.\n\n" + table,
            [
                .. Compare(close[0], close[1], Ways.ByHand, HandBuilt),
                Weigh(bytes),
                .. costs.Skip(1).Where(cost => cost.Name != Ways.ByHand).SelectMany(cost => Compare(costs[0], cost, cost.Name, TargetsAgainst(cost.Name))),
                .. missing.SelectMany(one => Miss(one.Name, TargetsAgainst(one.Name), one.Why)),
            ]);
    }

    private static IEnumerable<Finding> Compare(CallCost ours, CallCost theirs, string name, Bound[] targets)
    {
        // A failed call may be fast, and must not count as speed.
        var failed = ours.Failed + theirs.Failed;
        if (failed > 0)
        {
            return Miss(name, targets, $"{failed:#,0} calls failed");
        }

        return
        [
            Ratio("throughput", name, ours.Throughput, theirs.Throughput, "calls/s") with { Target = TargetAt(targets, 0) },
            Ratio("p50", name, ours.P50, theirs.P50, "µs") with { Target = TargetAt(targets, 1) },
            Ratio("cpu", name, ours.Cpu, theirs.Cpu, "µs") with { Target = TargetAt(targets, 2) },
        ];
    }

    private static IEnumerable<Finding> Miss(string name, Bound[] targets, string why) =>
        Measures.Select((measure, index) => Finding.Missing(Key(measure, name), What(measure, name), why) with { Target = TargetAt(targets, index) });

    private static Finding Ratio(string measure, string name, IReadOnlyList<double> ours, IReadOnlyList<double> theirs, string unit) =>
        new(Key(measure, name), What(measure, name), Spread.OfRatios(ours, theirs), $"{Figures.Of(Spread.Of(ours).Median)} against {Figures.Of(Spread.Of(theirs).Median)} {unit}");

    private static Finding Weigh(IReadOnlyList<double>[] bytes) =>
        new(Key("bytes", Ways.ByHand), "unary call, allocated beyond a hand-built channel", Spread.Of(bytes[0].Zip(bytes[1], (ours, theirs) => ours - theirs)), $"{Figures.Of(Spread.Of(bytes[0]).Median)} against {Figures.Of(Spread.Of(bytes[1]).Median)} B")
        {
            Unit = " B",
            Target = Bound.AtMost(128),
        };

    private static string Key(string measure, string name) => $"unary_{measure}_vs_{name.Replace(' ', '_').Replace('-', '_')}";

    private static string What(string measure, string name) => $"unary call, {measure switch { "cpu" => "CPU", _ => measure }}: ours against {name}";

    private static Bound[] TargetsAgainst(string name) => name == Ways.Nginx ? Nginx : [];

    private static Bound? TargetAt(Bound[] targets, int index) => index < targets.Length ? targets[index] : null;
}
