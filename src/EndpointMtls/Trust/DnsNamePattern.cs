using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Means one DNS name, or all beneath one. What a certificate says with a wildcard is a name like others: it is not expanded.</summary>
internal sealed class DnsNamePattern : NamePattern
{
    private readonly string _host;
    private readonly bool _isBeneath;

    private DnsNamePattern(string host, bool isBeneath) => (_host, _isBeneath) = (host, isBeneath);

    public override bool Matches(SubjectNames names) => names.Dns.Any(Matches);

    public static string? Read(string text, out NamePattern? pattern)
    {
        pattern = null;
        var isBeneath = IsWildcard(text);
        var name = isBeneath ? text[2..] : text;
        if (FindSlip(text, name, isBeneath) is { } slip)
        {
            return slip;
        }

        if (!HostName.TryNormalise(name, out var host, out var problem))
        {
            return problem;
        }

        if (HostName.TryGetIP(host, out _))
        {
            return "there are no names beneath an IP address. Write a range, such as '10.8.0.0/16'";
        }

        pattern = new DnsNamePattern(host, isBeneath);
        return null;
    }

    private bool Matches(string name)
    {
        var isWildcard = IsWildcard(name);
        return HostName.TryNormalise(isWildcard ? name[2..] : name, out var host, out _)
            && (_isBeneath ? host.EndsWith("." + _host, StringComparison.Ordinal) || (isWildcard && host == _host) : !isWildcard && host == _host);
    }

    private static string? FindSlip(string text, string name, bool isBeneath)
    {
        if (isBeneath && name.Length == 0)
        {
            return "there is no name behind '*.'. Write it like '*.example.com'";
        }

        if (name.Contains('*'))
        {
            return "'*' stands for whole labels at the beginning, and nowhere else. Write it like '*.example.com', which means every name beneath, at any depth";
        }

        if (!isBeneath && text[0] == '.' && text.Length > 1)
        {
            return $"a name does not begin with a dot. Write '*{Snippet.Truncate(text)}' for every name beneath";
        }

        if (name.Split(':') is [_, { Length: > 0 } port] && port.All(char.IsAsciiDigit))
        {
            return $"names in certificates have no port. Leave ':{Snippet.Truncate(port)}' away";
        }

        if (name.StartsWith('[') && name.EndsWith(']'))
        {
            return $"IP addresses in certificates have no brackets. Write '{Snippet.Truncate(name[1..^1])}'";
        }

        return name.Contains(':') || name.Contains('/') ? $"it is none of {Forms}" : null;
    }

    private static bool IsWildcard(string name) => name.StartsWith("*.", StringComparison.Ordinal);
}
