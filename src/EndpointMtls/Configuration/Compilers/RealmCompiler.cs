using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Compiles options into definitions of realms and of the server, and reports every error.</summary>
internal sealed class RealmCompiler(ConfigurationErrors errors)
{
    private readonly Dictionary<string, RealmOrigin> _names = new(StringComparer.Ordinal);

    public CompiledConfiguration Compile(EndpointMtlsOptions options)
    {
        errors.AddRange(options.Errors);
        new OptionChecks(errors, new RealmOrigin(""), "").RequireBetween(
            options.StartupTimeout, TimeSpan.Zero, TimeSpan.FromHours(24), nameof(options.StartupTimeout));
        if (options is { Server: null, NeedsNoRealms: false } && options.Realms.Count == 0 && errors.Count == 0)
        {
            errors.Add(ErrorCode.Required, ConfigKeys.Realms, null, "no realm is configured", "Add at least one");
        }

        var definitions = options.Realms
            .Select((realm, index) => (Realm: realm, Origin: realm?.Origin ?? new RealmOrigin($"{ConfigKeys.Realms}[{index}]")))
            .Select(source => Compile(source.Realm, source.Origin, options.HasEndpointSet))
            .OfType<RealmDefinition>().ToImmutableArray();
        RealmAddresses.Check(definitions, errors);
        if (options.Server is null)
        {
            return new CompiledConfiguration(definitions, Server: null);
        }

        var serverOrigin = options.Server.Origin ?? new RealmOrigin(ConfigKeys.Server);
        var (server, ownRealm) = new ServerCompiler(errors, serverOrigin).Compile(options.Server);
        if (ownRealm is not null)
        {
            CheckName(ownRealm.Name, "server", ownRealm.Origin);
            definitions = definitions.Add(ownRealm);
        }

        return new CompiledConfiguration(definitions, server);
    }

    private RealmDefinition? Compile(RealmOptions? realm, RealmOrigin origin, bool hasEndpointSet)
    {
        if (realm is null)
        {
            origin.AddError(errors, ErrorCode.InvalidValue, "", "is null", "Remove it, or replace it with a realm");
            return null;
        }

        var name = CheckName(realm.Name ?? origin.Path, "realm", origin);
        var hasAddresses = realm.Endpoints.Count > 0 || realm.Match.Count > 0 || DiscoveryCompiler.HasFiles(realm);
        var canServe = realm is { Name: not null, TlsConfig.CertFile: not null };
        if (!hasAddresses && !canServe && !errors.AnyAt(origin.Path))
        {
            origin.AddError(
                errors, ErrorCode.Required, "", "has no addresses",
                $"Set '{ConfigKeys.Endpoints}', '{ConfigKeys.Match}' or '{ConfigKeys.EndpointsSdFiles}'. "
                + $"A realm that only a server uses needs a '{ConfigKeys.Name}' and a '{ConfigKeys.CertFile}' instead");
        }

        ImmutableArray<EndpointTarget> listed =
            [.. realm.Endpoints.Select((text, index) => ParseEndpoint(text, index, origin)).OfType<EndpointTarget>()];
        var discovery = new DiscoveryCompiler(errors, origin);
        if (!hasEndpointSet)
        {
            discovery.WarnWithoutEndpointSet(realm, listed);
        }

        OptionTables.Channel.Check(new OptionChecks(errors, origin, prefix: ""), realm);
        return new RealmDefinition(
            name,
            [.. realm.Match.Select((text, index) => ParsePattern(text, index, origin)).OfType<AddressPattern>()],
            realm.TlsConfig is null ? null : new TlsCompiler(errors, origin).Compile(realm.TlsConfig),
            listed,
            realm.Strict,
            origin)
        {
            IsExplicitPlaintext = realm.TlsConfig is { Enabled: false },
            Group = realm.Group,
            ServiceConfig = discovery.CompileServiceConfig(realm),
            IsProbed = realm.Probe,
            Channel = new ChannelDefinition(realm),
            SdFiles = discovery.CompileSdFiles(realm),
        };
    }

    private string CheckName(string name, string kind, RealmOrigin origin)
    {
        if (RealmNameCheck.IsValid(name, kind, origin, errors) && !_names.TryAdd(name, origin))
        {
            origin.AddError(
                errors, ErrorCode.Duplicate, ConfigKeys.Name,
                $"'{Snippet.Truncate(name)}' is already the name of {_names[name].PathOf("")}",
                "Choose another name: names identify realms in logs and metrics");
        }

        return name;
    }

    private AddressPattern? ParsePattern(string? text, int index, RealmOrigin origin)
    {
        if (!AddressPattern.TryParse(text ?? "", out var pattern, out var problem))
        {
            origin.AddError(
                errors, ErrorCode.InvalidValue, $"{ConfigKeys.Match}[{index}]",
                $"'{Snippet.Truncate(text)}' is not a pattern: {problem}");
        }

        return pattern;
    }

    private EndpointTarget? ParseEndpoint(string? text, int index, RealmOrigin origin)
    {
        if (!EndpointTarget.TryParse(text ?? "", out var target, out var problem))
        {
            origin.AddError(
                errors, ErrorCode.InvalidValue, $"{ConfigKeys.Endpoints}[{index}]",
                $"'{Snippet.Truncate(text)}' is not an address: {problem}");
        }

        return target;
    }
}
