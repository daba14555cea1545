using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>How endpoints are looked up under a name.</summary>
internal enum DiscoveryKind
{
    /// <summary>IPv4 and IPv6 addresses of a host.</summary>
    Dns,

    /// <summary>The same, each family asked for on its own.</summary>
    DnsDualStack,

    /// <summary>SRV records, and the addresses of the hosts they name.</summary>
    Srv,

    /// <summary>SRV records alone.</summary>
    SrvNoA,
}

/// <summary>What stands before a name that endpoints are looked up under: <c>dns+</c>, <c>dnssrv+</c> and their kin.</summary>
internal static class DiscoveryPrefix
{
    private static readonly Dictionary<string, DiscoveryKind> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dns+"] = DiscoveryKind.Dns,
        ["dnsdualstack+"] = DiscoveryKind.DnsDualStack,
        ["dnssrv+"] = DiscoveryKind.Srv,
        ["dnssrvnoa+"] = DiscoveryKind.SrvNoA,
    };

    public static string Of(DiscoveryKind kind) => Kinds.First(pair => pair.Value == kind).Key;

    /// <summary>Splits a discovery address. Without a prefix there is none, and no problem either.</summary>
    public static bool TrySplit(string text, out DiscoveryKind kind, out string name, out string? problem)
    {
        (kind, name, problem) = (default, "", null);
        var plus = text.IndexOf('+');
        if (plus < 1 || !text[..plus].All(char.IsAsciiLetterOrDigit) || text.Contains("://", StringComparison.Ordinal))
        {
            return false;
        }

        (var prefix, name) = (text[..(plus + 1)], text[(plus + 1)..]);
        if (Kinds.TryGetValue(prefix, out kind))
        {
            return true;
        }

        var nearest = Suggestions.Closest(prefix, Kinds.Keys) is { } meant ? $"; nearest: '{meant}'" : "";
        problem = $"'{Snippet.Truncate(prefix)}' is not a discovery prefix{nearest}. There are '{string.Join("', '", Kinds.Keys)}'";
        return false;
    }
}
