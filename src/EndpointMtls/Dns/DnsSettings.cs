using System.Collections.Immutable;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Whom to ask, and how. The defaults are those of resolv.conf.</summary>
internal sealed record DnsSettings
{
    public const int Port = 53;

    /// <summary>The servers, in the order in which they are asked; never empty.</summary>
    public required ImmutableArray<IPEndPoint> Servers { get; init; }

    /// <summary>The domains in which a name is looked for.</summary>
    public ImmutableArray<string> Search { get; init; } = [];

    /// <summary>A name with so many dots is looked for as it is first.</summary>
    public int Dots { get; init; } = 1;

    /// <summary>How long a server has for an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often each server is asked.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Whether lookups begin with one server after the other.</summary>
    public bool Rotates { get; init; }

    /// <summary>Whether UDP is not even tried.</summary>
    public bool UsesTcp { get; init; }

    /// <summary>What to do when no server answers.</summary>
    public required string Advice { get; init; }
}
