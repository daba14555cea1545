using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>Which DNS records a discovery address is resolved with.</summary>
internal enum DiscoveryKind
{
    /// <summary>A and AAAA records, in one query to the resolver.</summary>
    Dns,

    /// <summary>A and AAAA records, in one query for each address family.</summary>
    DnsDualStack,

    /// <summary>SRV records, then the A and AAAA records of their targets.</summary>
    Srv,

    /// <summary>SRV records only. The targets are dialled by name.</summary>
    SrvNoA,
}

/// <summary>The prefixes of discovery addresses, such as <c>dns+</c> and <c>dnssrv+</c>.</summary>
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

    /// <summary>Splits a discovery address into its prefix and its name.</summary>
    /// <param name="text">The address.</param>
    /// <param name="kind">The kind that the prefix stands for.</param>
    /// <param name="name">The text after the prefix.</param>
    /// <param name="problem">The error and its fix, if the prefix is unknown; <see langword="null"/> if there is no prefix.</param>
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

        var nearest = Suggestions.Closest(prefix, Kinds.Keys) is { } meant ? $"Did you mean '{meant}'? " : "";
        problem = $"'{Snippet.Truncate(prefix)}' is not a discovery prefix. {nearest}{Suggestions.OneOf(Kinds.Keys)}";
        return false;
    }
}
