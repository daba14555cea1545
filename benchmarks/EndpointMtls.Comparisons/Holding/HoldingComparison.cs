using System.Globalization;
using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Reporting;
using EndpointMtls.Comparisons.Serving;

namespace EndpointMtls.Comparisons.Holding;

/// <summary>Measures the memory of a connected, idle channel, ours and hand-built, in separate processes.</summary>
internal static class HoldingComparison
{
    // The managed heap varies little between processes.
    private const int Turns = 5;

    public static async Task<Section> RunAsync(Extent extent, CancellationToken cancellation)
    {
        using var pki = new Pki();
        await using var server = await ServerProcess.StartAsync(pki.Folder, extent.HeldChannels, cancellation);
        var held = await Rounds.RunAsync(Turns, [() => HoldAsync(isOurs: true, pki, server, cancellation), () => HoldAsync(isOurs: false, pki, server, cancellation)], cancellation);
        return new Section(
            "Memory",
            $"{extent.HeldChannels} channels, each connected by one call and then idle; for each channel, in bytes. Resident memory includes that of OpenSSL, and what the garbage collector reserves.\n\n" + Format(held),
            [
                Ratio("idle_channel_managed_vs_hand_built", "one idle channel, managed memory against a hand-built one", held, one => one.Managed) with { Target = Bound.AtMost(1.25) },
                Ratio("idle_channel_resident_vs_hand_built", "one idle channel, resident memory against a hand-built one", held, one => one.Resident),
            ]);
    }

    private static async Task<Held> HoldAsync(bool isOurs, Pki pki, ServerProcess server, CancellationToken cancellation)
    {
        await using var process = ChildProcess.Start("hold", isOurs.ToString(), pki.Folder);
        await process.WriteLineAsync(string.Join(' ', server.TlsPorts));
        var figures = (await process.ReadLineAsync(cancellation)).Split(' ').Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        return new Held(figures[0], figures[1]);
    }

    private static Table Format(IReadOnlyList<Held>[] held)
    {
        var table = new Table("way", "managed", "resident");
        table.Add("ours", Figures.Of(held[0].Select(one => one.Managed)), Figures.Of(held[0].Select(one => one.Resident)));
        table.Add("hand-built", Figures.Of(held[1].Select(one => one.Managed)), Figures.Of(held[1].Select(one => one.Resident)));
        return table;
    }

    private static Finding Ratio(string key, string what, IReadOnlyList<Held>[] held, Func<Held, double> figure) =>
        new(key, what, Spread.OfRatios(held[0].Select(figure), held[1].Select(figure)), "");

    private sealed record Held(double Managed, double Resident);
}
