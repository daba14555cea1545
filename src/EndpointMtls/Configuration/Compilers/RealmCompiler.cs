using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Turns options into realm definitions, or says everything that keeps them from being any.</summary>
internal sealed class RealmCompiler(ConfigurationErrors errors)
{
    private readonly Dictionary<string, RealmOrigin> _names = new(StringComparer.Ordinal);

    public CompiledConfiguration Compile(EndpointMtlsOptions options)
    {
        errors.AddRange(options.Errors);
        if (options is { Server: null, NeedsNoRealms: false } && options.Realms.Count == 0 && errors.Count == 0)
        {
            errors.Add(ErrorCode.Required, ConfigKeys.Realms, null, "there are none", "Without a realm no address can be dialled: add one");
        }

        ImmutableArray<RealmDefinition> definitions = [.. options.Realms.Select((realm, index) => Compile(realm, realm?.Origin ?? new RealmOrigin($"{ConfigKeys.Realms}[{index}]"), options.HasEndpointSet)).OfType<RealmDefinition>()];
        RealmAddresses.Check(definitions, errors, options.HasEndpointSet);
        if (options.Server is null)
        {
            return new CompiledConfiguration(definitions, Server: null);
        }

        var (server, ownRealm) = new ServerCompiler(errors, options.Server.Origin ?? new RealmOrigin(ConfigKeys.Server)).Compile(options.Server);
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
            origin.AddError(errors, ErrorCode.InvalidValue, "", "is null", "Add a realm in its place, or none");
            return null;
        }

        var name = CheckName(realm.Name ?? origin.Path, "realm", origin);
        var servesAtMost = realm is { Name: not null, TlsConfig.CertFile: not null };
        if (realm.Endpoints.Count == 0 && realm.Match.Count == 0 && realm.EndpointsSdFiles.Count == 0 && !servesAtMost && !errors.AnyAt(origin.Path))
        {
            origin.AddError(errors, ErrorCode.Required, "", "claims no address", $"Add '{ConfigKeys.Endpoints}' or '{ConfigKeys.Match}'. Only a server can use a realm without, and that needs a '{ConfigKeys.Name}' and a '{ConfigKeys.CertFile}'");
        }

        var discovery = new DiscoveryCompiler(errors, origin, hasEndpointSet);

        return new RealmDefinition(
            name,
            [.. realm.Match.Select((text, index) => ParsePattern(text, $"{ConfigKeys.Match}[{index}]", origin)).OfType<AddressPattern>()],
            realm.TlsConfig is null ? null : new TlsCompiler(errors, origin).Compile(realm.TlsConfig),
            [.. realm.Endpoints.Select((text, index) => ParseEndpoint(text, $"{ConfigKeys.Endpoints}[{index}]", origin)).OfType<EndpointTarget>()],
            realm.Strict,
            origin)
        {
            IsExplicitPlaintext = realm.TlsConfig is { Enabled: false },
            Group = realm.Group,
            ServiceConfig = discovery.CompileServiceConfig(realm),
            IsProbed = realm.Probe,
            SdFiles = discovery.CompileSdFiles(realm),
        };
    }

    private string CheckName(string name, string whose, RealmOrigin origin)
    {
        if (RealmName.Check(name, whose, origin, errors) && !_names.TryAdd(name, origin))
        {
            origin.AddError(errors, ErrorCode.Duplicate, ConfigKeys.Name, $"'{Snippet.Truncate(name)}' is taken by {_names[name].PathOf("")}", "Names identify realms in logs and metrics: choose another");
        }

        return name;
    }

    private AddressPattern? ParsePattern(string? text, string key, RealmOrigin origin)
    {
        if (!AddressPattern.TryParse(text ?? "", out var pattern, out var problem))
        {
            origin.AddError(errors, ErrorCode.InvalidValue, key, $"'{Snippet.Truncate(text)}' is not a pattern: {problem}");
        }

        return pattern;
    }

    private EndpointTarget? ParseEndpoint(string? text, string key, RealmOrigin origin)
    {
        if (!EndpointTarget.TryParse(text ?? "", out var target, out var problem))
        {
            origin.AddError(errors, ErrorCode.InvalidValue, key, $"'{Snippet.Truncate(text)}' is not an address: {problem}");
        }

        return target;
    }
}
