using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Reads the text of a resolv.conf as the C library of Linux does: what it does not understand is passed over.</summary>
internal static class ResolvConf
{
    private const int MostServers = 3;
    private const int MostDots = 15;
    private const int MostSeconds = 30;
    private const int MostAttempts = 5;

    private static readonly char[] Blanks = [' ', '\t', '\r'];

    /// <param name="text">The text.</param>
    /// <param name="hostName">The name of this machine: its domain is searched when the text names none.</param>
    /// <param name="advice">What to do when no server answers.</param>
    /// <param name="port">The port of the servers.</param>
    public static DnsSettings Parse(string text, string hostName, string advice, int port = DnsSettings.Port)
    {
        var settings = new DnsSettings { Servers = [], Search = DomainOf(hostName), Advice = advice };
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && !char.IsWhiteSpace(line[0])))
        {
            var words = line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries).TakeWhile(word => word[0] is not ('#' or ';')).ToArray();
            settings = words switch
            {
                ["nameserver", var address, ..] when ReadServer(address, port) is { } server && settings.Servers.Length < MostServers => settings with { Servers = settings.Servers.Add(server) },
                ["domain", var domain, ..] => settings with { Search = ReadDomains([domain]) },
                ["search", .. var domains] => settings with { Search = ReadDomains(domains) },
                ["options", .. var options] => options.Aggregate(settings, WithOption),
                _ => settings,
            };
        }

        return settings.Servers.IsEmpty ? settings with { Servers = [new IPEndPoint(IPAddress.Loopback, port)] } : settings;
    }

    private static IPEndPoint? ReadServer(string text, int port) =>
        HostLiteral.TryParse(text, out var address) ? new IPEndPoint(address, port) : null;

    private static ImmutableArray<string> DomainOf(string hostName) =>
        hostName.IndexOf('.') is >= 0 and var dot ? ReadDomains([hostName[(dot + 1)..]]) : [];

    // A dot stands for the root: a name in it is the name as it is, which is tried anyway.
    private static ImmutableArray<string> ReadDomains(IEnumerable<string> words) =>
        [.. words.Select(word => word.TrimEnd('.').ToLowerInvariant()).Where(domain => DnsName.ProblemOf(domain) is null)];

    private static DnsSettings WithOption(DnsSettings settings, string option) => option.Split(':') switch
    {
        ["ndots", var text] when ReadNumber(text) is { } dots => settings with { Dots = Math.Min(dots, MostDots) },
        ["timeout", var text] when ReadNumber(text) is { } seconds => settings with { Timeout = TimeSpan.FromSeconds(Math.Clamp(seconds, 1, MostSeconds)) },
        ["attempts", var text] when ReadNumber(text) is { } attempts => settings with { Attempts = Math.Clamp(attempts, 1, MostAttempts) },
        ["rotate"] => settings with { Rotates = true },
        ["use-vc"] => settings with { UsesTcp = true },
        _ => settings,
    };

    private static int? ReadNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
