using System.Globalization;

namespace EndpointMtls.Comparisons.Measuring;

/// <summary>The CPU time of this process and its descendants: the server, the proxies and their workers.</summary>
internal static class ProcessTree
{
    private static readonly double TicksPerSecond = 100; // USER_HZ, which is always 100 on Linux.

    public static TimeSpan CpuTime()
    {
        var all = Directory.EnumerateDirectories("/proc").Select(ReadProcess).OfType<Entry>().ToList();
        var children = all.ToLookup(entry => entry.Parent);
        return TimeSpan.FromSeconds(Sum(all.Single(entry => entry.Id == Environment.ProcessId)) / TicksPerSecond);

        double Sum(Entry entry) => entry.Ticks + children[entry.Id].Sum(Sum);
    }

    private static Entry? ReadProcess(string folder)
    {
        if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        try
        {
            // After the name, which may contain any character: state, parent, …; user and system time are the 12th and 13th.
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(id, Number(fields[1]), Number(fields[11]) + Number(fields[12]));
        }
        catch (IOException)
        {
            return null; // The process has ended.
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Entry(int Id, int Parent, double Ticks);
}
