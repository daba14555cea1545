using System.Collections.Immutable;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>The name servers and the options of a resolv.conf, with its defaults.</summary>
internal sealed record DnsSettings
{
    public const int DefaultPort = 53;

    /// <summary>The name servers, in the order in which they are queried; never empty.</summary>
    public required ImmutableArray<IPEndPoint> Servers { get; init; }

    /// <summary>The search list: the domains that are appended to a name.</summary>
    public ImmutableArray<string> SearchDomains { get; init; } = [];

    /// <summary><c>ndots</c>: a name with at least this number of dots is queried as it is before the search list is used.</summary>
    public int Ndots { get; init; } = 1;

    /// <summary>The time for one query to one name server.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of queries to each name server.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary><c>rotate</c>: each lookup starts with the next name server.</summary>
    public bool Rotate { get; init; }

    /// <summary><c>use-vc</c>: queries are sent over TCP only.</summary>
    public bool UsesTcp { get; init; }

    /// <summary>The fix that the error of a lookup ends with, without a full stop.</summary>
    public required string Advice { get; init; }

    /// <summary>Returns the fix of a failed lookup.</summary>
    /// <param name="nameServers">Which name servers were queried.</param>
    public static string AdviceFor(string nameServers) => $"Check that {nameServers} can be reached and can resolve this name";
}
