using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Matches one DNS name, or every name beneath one. A wildcard in a certificate is compared as it is and not expanded.</summary>
internal sealed class DnsNamePattern : NamePattern
{
    private readonly string _host;
    private readonly bool _isWildcard;

    private DnsNamePattern(string host, bool isWildcard) => (_host, _isWildcard) = (host, isWildcard);

    public override bool Matches(SubjectNames names) => names.Dns.Any(Matches);

    public static string? Read(string text, out NamePattern? pattern)
    {
        pattern = null;
        var isWildcard = IsWildcard(text);
        var name = isWildcard ? text[2..] : text;
        if (FindMistake(text, name, isWildcard) is { } mistake)
        {
            return mistake;
        }

        if (!HostName.TryNormalise(name, out var host, out var problem))
        {
            return problem;
        }

        if (HostName.TryGetIP(host, out _))
        {
            return "there are no names beneath an IP address. Write a range, such as '10.8.0.0/16'";
        }

        pattern = new DnsNamePattern(host, isWildcard);
        return null;
    }

    private bool Matches(string name)
    {
        var isWildcard = IsWildcard(name);
        if (!HostName.TryNormalise(isWildcard ? name[2..] : name, out var host, out _))
        {
            return false;
        }

        return _isWildcard
            ? host.EndsWith("." + _host, StringComparison.Ordinal) || (isWildcard && host == _host)
            : !isWildcard && host == _host;
    }

    private static string? FindMistake(string text, string name, bool isWildcard)
    {
        if (isWildcard && name.Length == 0)
        {
            return "no name follows '*.'. Write it like '*.example.com'";
        }

        if (name.Contains('*'))
        {
            return "'*' is allowed only as the first label. Write it like '*.example.com', which matches every name beneath, at any depth";
        }

        if (!isWildcard && text[0] == '.' && text.Length > 1)
        {
            return $"a name does not begin with a dot. Write '*{Snippet.Truncate(text)}' to match every name beneath";
        }

        if (name.Split(':') is [_, { Length: > 0 } port] && port.All(char.IsAsciiDigit))
        {
            return $"names in certificates have no port. Remove ':{Snippet.Truncate(port)}'";
        }

        if (name.StartsWith('[') && name.EndsWith(']'))
        {
            return $"IP addresses in certificates have no brackets. Write '{Snippet.Truncate(name[1..^1])}'";
        }

        return name.Contains(':') || name.Contains('/') ? $"it has none of the forms {Forms}" : null;
    }

    private static bool IsWildcard(string name) => name.StartsWith("*.", StringComparison.Ordinal);
}
