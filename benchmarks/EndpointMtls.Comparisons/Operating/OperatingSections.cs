using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Reporting;

namespace EndpointMtls.Comparisons.Operating;

/// <summary>Formats the results of the operations.</summary>
internal static class OperatingSections
{
    public static Section OfLookups(IReadOnlyList<Timing> timings)
    {
        var (dictionary, getChannel, field, check, look) = (timings[0], timings[1], timings[2], timings[3], timings[4]);
        var (find, first) = (timings.Skip(5).Take(3).ToArray(), timings.Skip(8).ToArray());
        return new Section("Lookups", Format(timings, 1, "ns"),
        [
            Ratio("get_channel_hit_vs_dictionary", "GetChannel of a known address against a bare dictionary", getChannel, dictionary, 1, "ns", Bound.AtMost(1.5)),
            Beyond("get_channel_hit_bytes", "GetChannel of a known address, allocated", getChannel.Bytes, " B", Bound.AtMost(0)),
            Ratio("first_resolve_100000_vs_10_patterns", "first GetChannel of an address, which also makes the channel: 100,000 patterns against 10", first[2], first[0], 1, "ns", Bound.AtMost(1.5)),
            Ratio("first_resolve_1000_vs_10_patterns", "the same, 1,000 patterns against 10", first[1], first[0], 1, "ns"),
            Ratio("find_realm_100000_vs_10_patterns", "to read the address and find its realm alone, 100,000 patterns against 10", find[2], find[0], 1, "ns"),
            Ratio("find_realm_1000_vs_10_patterns", "to read and find alone, 1,000 patterns against 10", find[1], find[0], 1, "ns"),
            Beyond("certificate_check_ns", "certificate check within a second, beyond a volatile read", check.Nanoseconds.Zip(field.Nanoseconds, (a, b) => a - b), " ns", Bound.AtMost(10)),
            Beyond("certificate_check_bytes", "certificate check within a second, allocated", check.Bytes, " B", Bound.AtMost(0)),
            Beyond("certificate_look_us", "certificate check after a second, which looks at three files", look.Nanoseconds.Select(time => time / 1000), " µs"),
        ]);
    }

    public static Section OfHandshakes(IReadOnlyList<Timing> ec, IReadOnlyList<Timing> rsa) => new(
        "Handshakes",
        "Full, mutual, TLS 1.3, three certificates on either side; both sides in this process. EC P-256:\n\n" + Format(ec, 1000, "µs") + "\nRSA 2048 leaves:\n\n" + Format(rsa, 1000, "µs"),
        [.. OfHandshakes("ec", ec, 0.70), .. OfHandshakes("rsa", rsa, 0.60)]);

    public static Section OfOpening(IReadOnlyList<Timing> timings) => new(
        "Opening a channel",
        "From creating the channel to the response of the first call and closing it.\n\n" + Format(timings, 1000, "µs"),
        [
            Ratio("open_channel_vs_hand_built", "open a channel and call, against a hand-built one", timings[1], timings[0], 1000, "µs"),
            Beyond("open_channel_bytes_vs_hand_built", "the same, allocated beyond it", timings[1].Bytes.Zip(timings[0].Bytes, (a, b) => a - b), " B"),
        ]);

    public static Section OfLoading(IReadOnlyList<Timing> timings) => new("Loading a configuration", Format(timings, 1_000_000, "ms"), []);

    private static IEnumerable<Finding> OfHandshakes(string keys, IReadOnlyList<Timing> timings, double mostOfReading)
    {
        var (byHand, provider, reading, selecting) = (timings[0], timings[1], timings[2], timings[3]);
        var what = $"full handshake ({keys.ToUpperInvariant()})";
        return
        [
            Ratio($"handshake_{keys}_vs_static", $"{what} against static options", provider, byHand, 1000, "µs", Bound.AtMost(1.03)),
            Beyond($"handshake_{keys}_bytes_vs_static", $"{what}, allocated beyond static options", provider.Bytes.Zip(byHand.Bytes, (a, b) => a - b), " B", Bound.AtMost(1024)),
            Ratio($"handshake_{keys}_vs_reading_files", $"{what} against reading the files each time", provider, reading, 1000, "µs", Bound.AtMost(mostOfReading)),
            Ratio($"handshake_{keys}_vs_selection_callback", $"{what} against a selection callback, which sends the leaf alone", provider, selecting, 1000, "µs"),
        ];
    }

    private static string Format(IReadOnlyList<Timing> timings, double nanoseconds, string unit)
    {
        var table = new Table("what", unit, "allocated, B");
        foreach (var timing in timings)
        {
            table.Add(timing.Name, Figures.Of(timing.Nanoseconds.Select(time => time / nanoseconds)), Figures.Of(Spread.Of(timing.Bytes).Median));
        }

        return table.ToString();
    }

    private static Finding Ratio(string key, string what, Timing ours, Timing theirs, double nanoseconds, string unit, Bound? target = null) =>
        new(key, what, Spread.OfRatios(ours.Nanoseconds, theirs.Nanoseconds), $"{Middle(ours, nanoseconds)} against {Middle(theirs, nanoseconds)} {unit}") { Target = target };

    private static string Middle(Timing timing, double nanoseconds) => Figures.Of(Spread.Of(timing.Nanoseconds).Median / nanoseconds);

    private static Finding Beyond(string key, string what, IEnumerable<double> values, string unit, Bound? target = null) =>
        new(key, what, Spread.Of(values), "") { Unit = unit, Target = target };
}
