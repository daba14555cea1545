using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Reads the text of a resolv.conf as glibc does: ignores what it does not know.</summary>
internal static class ResolvConf
{
    private const int MaxServers = 3;
    private const int MaxNdots = 15;
    private const int MaxTimeoutSeconds = 30;
    private const int MaxAttempts = 5;

    private static readonly char[] Blanks = [' ', '\t', '\r'];

    /// <param name="text">The text.</param>
    /// <param name="hostName">The name of this machine. Its domain is the default of the search list.</param>
    /// <param name="advice">See <see cref="DnsSettings.Advice"/>.</param>
    /// <param name="port">The port of the name servers.</param>
    public static DnsSettings Parse(string text, string hostName, string advice, int port = DnsSettings.DefaultPort)
    {
        var settings = new DnsSettings { Servers = [], SearchDomains = DomainOf(hostName), Advice = advice };
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && !char.IsWhiteSpace(line[0])))
        {
            var words = line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries).TakeWhile(word => word[0] is not ('#' or ';')).ToArray();
            settings = words switch
            {
                ["nameserver", var address, ..] when ReadServer(address, port) is { } server && settings.Servers.Length < MaxServers =>
                    settings with { Servers = settings.Servers.Add(server) },
                ["domain", var domain, ..] => settings with { SearchDomains = ReadDomains([domain]) },
                ["search", .. var domains] => settings with { SearchDomains = ReadDomains(domains) },
                ["options", .. var options] => options.Aggregate(settings, WithOption),
                _ => settings,
            };
        }

        return settings.Servers.IsEmpty ? settings with { Servers = [new IPEndPoint(IPAddress.Loopback, port)] } : settings;
    }

    private static IPEndPoint? ReadServer(string text, int port) =>
        IPLiteral.TryParse(text, out var address) ? new IPEndPoint(address, port) : null;

    private static ImmutableArray<string> DomainOf(string hostName) =>
        hostName.IndexOf('.') is >= 0 and var dot ? ReadDomains([hostName[(dot + 1)..]]) : [];

    // A single dot is the root domain. It adds nothing: a name is queried without a domain anyway.
    private static ImmutableArray<string> ReadDomains(IEnumerable<string> words) =>
        [.. words.Select(word => word.TrimEnd('.').ToLowerInvariant()).Where(domain => DnsName.FindProblem(domain) is null)];

    private static DnsSettings WithOption(DnsSettings settings, string option) => option.Split(':') switch
    {
        ["ndots", var text] when ReadNumber(text) is { } dots => settings with { Ndots = Math.Min(dots, MaxNdots) },
        ["timeout", var text] when ReadNumber(text) is { } seconds =>
            settings with { Timeout = TimeSpan.FromSeconds(Math.Clamp(seconds, 1, MaxTimeoutSeconds)) },
        ["attempts", var text] when ReadNumber(text) is { } attempts => settings with { Attempts = Math.Clamp(attempts, 1, MaxAttempts) },
        ["rotate"] => settings with { Rotate = true },
        ["use-vc"] => settings with { UsesTcp = true },
        _ => settings,
    };

    private static int? ReadNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
