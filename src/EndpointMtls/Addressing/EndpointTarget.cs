using System.Diagnostics.CodeAnalysis;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>An entry of <c>endpoints</c>: an address, or a name to discover addresses with. Immutable.</summary>
/// <param name="Text">The entry as it is written in the configuration.</param>
internal abstract record EndpointTarget(string Text)
{
    /// <summary>The entry in normal form. Equal targets have equal normal forms, however they are written.</summary>
    public abstract string Normal { get; }

    /// <summary>The name expected in the certificate of the server, unless the realm sets <c>server_name</c>.</summary>
    public abstract string TlsHost { get; }

    /// <summary>Parses an address or a discovery address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="target">The target.</param>
    /// <param name="problem">The error and its fix, without a full stop.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out EndpointTarget? target, [NotNullWhen(false)] out string? problem)
    {
        if (DiscoveryPrefix.TrySplit(text, out var kind, out var name, out problem))
        {
            target = DiscoveryTarget.Parse(text, kind, name, out problem);
            problem = target is null ? TextMistake.Find(text)?.ToString() ?? problem : null;
        }
        else
        {
            target = problem is null && EndpointAddress.TryParse(text, out var address, out var usesTls, out problem)
                ? new StaticTarget(text, address, usesTls)
                : null;
        }

        return target is not null;
    }
}

/// <summary>An address to connect to.</summary>
/// <param name="Text">The entry as it is written in the configuration.</param>
/// <param name="Address">The address.</param>
/// <param name="UsesTls">
/// <see langword="true"/> for the scheme <c>https://</c>, <see langword="false"/> for <c>http://</c>; otherwise <see langword="null"/>.
/// </param>
internal sealed record StaticTarget(string Text, EndpointAddress Address, bool? UsesTls) : EndpointTarget(Text)
{
    public override string Normal => Address.ToString();

    public override string TlsHost => Address.TlsHost;
}

/// <summary>A name to discover endpoints with.</summary>
/// <param name="Text">The entry as it is written in the configuration.</param>
/// <param name="Kind">The DNS records to look up.</param>
/// <param name="Host">The normalised name.</param>
/// <param name="Port">The port; for SRV records, it overrides theirs. <see langword="null"/> to use the port of the record.</param>
internal sealed record DiscoveryTarget(string Text, DiscoveryKind Kind, string Host, int? Port) : EndpointTarget(Text)
{
    private const string WriteSrvName = "Write a name: 'dnssrv+_grpc._tcp.example.com'";
    private const string NoSrvRecords = $"an IP address has no SRV records. {WriteSrvName}";
    private const string NeedsNoLookup = "an IP address needs no lookup. Remove the prefix";

    public override string Normal => DiscoveryPrefix.Of(Kind) + (Port is null ? Host : $"{Host}:{Port}");

    public override string TlsHost => Host;

    /// <summary>The name to look up. A trailing dot in the configuration is kept: the search list does not apply to such a name.</summary>
    public string LookupName { get; private init; } = Host;

    /// <summary>Returns a target that looks up the addresses of a host, in one query for each address family.</summary>
    public static DiscoveryTarget Of(StaticTarget target) =>
        new(target.Text, DiscoveryKind.DnsDualStack, target.Address.Host, target.Address.Port)
        {
            LookupName = WithTrailingDot(target.Address.Host, target.Text),
        };

    private bool IsSrv => Kind is DiscoveryKind.Srv or DiscoveryKind.SrvNoA;

    public static DiscoveryTarget? Parse(string text, DiscoveryKind kind, string name, out string? problem)
    {
        var target = new DiscoveryTarget(text, kind, "", null);
        if (target.IsSrv && name is "" or [':', ..])
        {
            problem = IsIP(name) ? NoSrvRecords : $"it has no name. {WriteSrvName}";
        }
        else if (IsIP(name.Trim('[', ']')) || (EndpointAddress.TryParse(name, out var address, out _) && address.IsIP))
        {
            problem = target.IsSrv ? NoSrvRecords : NeedsNoLookup;
        }
        else if (target.IsSrv && !name.Contains(':'))
        {
            if (HostName.TryNormalise(name, out var bare, out problem))
            {
                target = target with { Host = bare };
            }
        }
        else if (HostPort.TryParse(name, text[..^name.Length], out var host, out var port, out problem))
        {
            target = target with { Host = host, Port = port };
        }

        target = target with { LookupName = WithTrailingDot(target.Host, name) };
        return problem is null ? target : null;
    }

    private static bool IsIP(string text) => HostName.TryNormalise(text, out var host, out _) && HostName.TryGetIP(host, out _);

    private static string WithTrailingDot(string host, string text) =>
        text.EndsWith('.') || text.Contains(".:", StringComparison.Ordinal) ? $"{host}." : host;
}
