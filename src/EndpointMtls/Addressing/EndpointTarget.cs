using System.Diagnostics.CodeAnalysis;

namespace EndpointMtls.Addressing;

/// <summary>What a realm lists among its endpoints, and how it was written.</summary>
internal abstract record EndpointTarget(string Text)
{
    /// <summary>The same in its normal form: two that claim the same are equal in it.</summary>
    public abstract string Normal { get; }

    /// <summary>The name that TLS expects of its server unless the realm says another.</summary>
    public abstract string TlsHost { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out EndpointTarget? target, [NotNullWhen(false)] out string? problem)
    {
        if (DiscoveryPrefix.TrySplit(text, out var kind, out var name, out problem))
        {
            target = DiscoveryTarget.Parse(text, kind, name, out problem);
        }
        else
        {
            target = problem is null && EndpointAddress.TryParse(text, out var address, out var saysTls, out problem)
                ? new StaticTarget(text, address, saysTls)
                : null;
        }

        return target is not null;
    }
}

/// <summary>An address to dial, and whether it asks for TLS or for plaintext, if it says so.</summary>
internal sealed record StaticTarget(string Text, EndpointAddress Address, bool? SaysTls) : EndpointTarget(Text)
{
    public override string Normal => Address.ToString();

    public override string TlsHost => Address.TlsHost;
}

/// <summary>A name to look endpoints up under. The port of an SRV record is overridden by one of its own, if there is one.</summary>
internal sealed record DiscoveryTarget(string Text, DiscoveryKind Kind, string Host, int? Port) : EndpointTarget(Text)
{
    public override string Normal => DiscoveryPrefix.Of(Kind) + (Port is null ? Host : $"{Host}:{Port}");

    public override string TlsHost => Host;

    /// <summary>The name to ask for: with a dot at its end, as it was written, it is a full name that no search list applies to.</summary>
    public string LookupName { get; private init; } = Host;

    /// <summary>A host whose addresses are looked up, each family asked for on its own.</summary>
    public static DiscoveryTarget Of(StaticTarget target) =>
        new(target.Text, DiscoveryKind.DnsDualStack, target.Address.Host, target.Address.Port) { LookupName = Absolute(target.Address.Host, target.Text) };

    private bool IsSrv => Kind is DiscoveryKind.Srv or DiscoveryKind.SrvNoA;

    public static DiscoveryTarget? Parse(string text, DiscoveryKind kind, string name, out string? problem)
    {
        var target = new DiscoveryTarget(text, kind, "", null);
        if (target.IsSrv && !name.Contains(':'))
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

        target = target with { LookupName = Absolute(target.Host, name) };
        if (problem is null && HostName.TryGetIP(target.Host, out _))
        {
            problem = target.IsSrv
                ? "SRV records stand under a name, not under an IP address. Write a name: 'dnssrv+_grpc._tcp.example.com'"
                : "there is nothing to look up for an IP address. List it without the prefix";
        }

        return problem is null ? target : null;
    }

    private static string Absolute(string host, string text) => text.EndsWith('.') || text.Contains(".:", StringComparison.Ordinal) ? $"{host}." : host;
}
