using System.Collections.Immutable;
using System.Security.Authentication;

namespace EndpointMtls.Configuration;

/// <summary>Turns options into realm definitions, or says everything that keeps them from being any.</summary>
internal sealed class RealmCompiler(ConfigurationErrors errors)
{
    private readonly Dictionary<string, RealmOrigin> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<EndpointAddress, string> _claims = [];

    public ImmutableArray<RealmDefinition> Compile(EndpointMtlsOptions options)
    {
        errors.AddRange(options.Errors);
        if (options.Realms.Count == 0 && errors.Count == 0)
        {
            errors.Add(ConfigKeys.Realms, null, "there are none", "Without a realm no address can be dialled: add one");
        }

        return [.. options.Realms.Select((realm, index) => Compile(realm, realm?.Origin ?? new RealmOrigin($"{ConfigKeys.Realms}[{index}]"))).OfType<RealmDefinition>()];
    }

    private RealmDefinition? Compile(RealmOptions? realm, RealmOrigin origin)
    {
        if (realm is null)
        {
            origin.AddError(errors, "", "is null", "Add a realm in its place, or none");
            return null;
        }

        var name = CheckName(realm.Name ?? origin.Path, origin);
        if (realm.Endpoints.Count == 0 && realm.Match.Count == 0 && !errors.AreAt(origin.Path))
        {
            origin.AddError(errors, "", "claims no address", $"Add '{ConfigKeys.Endpoints}' or '{ConfigKeys.Match}'");
        }

        return new RealmDefinition(
            name,
            [.. realm.Match.Select((text, index) => ParsePattern(text, $"{ConfigKeys.Match}[{index}]", origin)).OfType<AddressPattern>()],
            realm.TlsConfig is null ? null : Compile(realm.TlsConfig, origin),
            [.. realm.Endpoints.Select((text, index) => ParseEndpoint(text, $"{ConfigKeys.Endpoints}[{index}]", origin)).OfType<EndpointAddress>()],
            realm.Mode,
            origin);
    }

    private string CheckName(string name, RealmOrigin origin)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            origin.AddError(errors, ConfigKeys.Name, "is empty", "Give the realm a name, or remove the key");
        }
        else if (!_names.TryAdd(name, origin))
        {
            origin.AddError(errors, ConfigKeys.Name, $"'{name}' is taken by {_names[name].Path}", "Names identify realms in logs and metrics: choose another");
        }

        return name;
    }

    private TlsDefinition Compile(TlsOptions tls, RealmOrigin origin)
    {
        if (tls.CaFile.Count == 0 && !errors.AreAt($"{origin.Path}.{ConfigKeys.TlsConfig}"))
        {
            Error(ConfigKeys.CaFile, "required", "Give the file with the certificate authorities that vouch for the servers");
        }

        RefuseEmpty(tls.CertFile, ConfigKeys.CertFile);
        RefuseEmpty(tls.KeyFile, ConfigKeys.KeyFile);
        RefuseEmpty(tls.KeyPasswordFile, ConfigKeys.KeyPasswordFile);
        for (var index = 0; index < tls.CaFile.Count; index++)
        {
            RefuseEmpty(tls.CaFile[index] ?? "", tls.CaFile.Count == 1 ? ConfigKeys.CaFile : $"{ConfigKeys.CaFile}[{index}]");
        }

        RequireTogether(tls.KeyFile, ConfigKeys.KeyFile, tls.CertFile, ConfigKeys.CertFile);
        RequireTogether(tls.CertFile, ConfigKeys.CertFile, tls.KeyFile, ConfigKeys.KeyFile);

        if (tls.KeyPasswordFile is not null && tls.KeyFile is null)
        {
            Error(ConfigKeys.KeyPasswordFile, $"there is no '{ConfigKeys.KeyFile}' it could be for", $"Set '{ConfigKeys.KeyFile}', or remove it");
        }

        RequireBetween(tls.CheckInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), ConfigKeys.CheckInterval);
        RequireBetween(tls.SwapJitter, TimeSpan.Zero, TimeSpan.FromHours(1), ConfigKeys.SwapJitter);
        RequireBetween(tls.DrainTimeout, TimeSpan.Zero, TimeSpan.FromHours(24), ConfigKeys.DrainTimeout);
        RequireBetween(tls.CaOverlap, TimeSpan.Zero, TimeSpan.FromDays(30), ConfigKeys.CaOverlap);
        RequireDefined(tls.OnTrustRemoved, ConfigKeys.OnTrustRemoved);
        RequireDefined(tls.OnExpired, ConfigKeys.OnExpired);

        string? serverName = null;
        if (tls.ServerName is not null && !EndpointAddress.TryNormaliseHost(tls.ServerName, out serverName))
        {
            Error(ConfigKeys.ServerName, $"'{tls.ServerName}' is not a host name", "Write the name that stands in the server's certificate, without a port");
        }

        if (tls.MinVersion is not (SslProtocols.Tls12 or SslProtocols.Tls13))
        {
            Error(ConfigKeys.MinVersion, $"'{tls.MinVersion}' is not a TLS version we accept", "Use Tls12 or Tls13");
        }

        return new TlsDefinition
        {
            CertFile = tls.CertFile,
            KeyFile = tls.KeyFile,
            KeyPasswordFile = tls.KeyPasswordFile,
            CaFiles = [.. tls.CaFile.Distinct()],
            UseSystemRoots = tls.UseSystemRoots,
            InsecureSkipVerify = tls.InsecureSkipVerify,
            ServerName = serverName,
            MinVersion = tls.MinVersion,
            CheckInterval = tls.CheckInterval,
            SwapJitter = tls.SwapJitter,
            DrainTimeout = tls.DrainTimeout,
            CaOverlap = tls.CaOverlap,
            OnTrustRemoved = tls.OnTrustRemoved,
            OnExpired = tls.OnExpired,
        };

        void Error(string key, string what, string fix) => origin.AddError(errors, $"{ConfigKeys.TlsConfig}.{key}", what, fix);

        void RefuseEmpty(string? value, string key)
        {
            if (value is not null && string.IsNullOrWhiteSpace(value))
            {
                Error(key, "is empty", "Give a path, or remove the key");
            }
        }

        void RequireBetween(TimeSpan value, TimeSpan least, TimeSpan most, string key)
        {
            if (value < least || value > most)
            {
                Error(key, $"{Duration.Format(value)} is out of range", $"From {Duration.Format(least)} to {Duration.Format(most)}");
            }
        }

        void RequireDefined<T>(T value, string key)
            where T : struct, Enum
        {
            if (!Enum.IsDefined(value))
            {
                Error(key, $"'{value}' is not one of its values", $"Use {string.Join(" or ", Enum.GetNames<T>())}");
            }
        }

        void RequireTogether(string? value, string key, string? other, string otherKey)
        {
            if (value is null && other is not null)
            {
                Error(key, $"required because '{otherKey}' is set", "Set both, or neither");
            }
        }
    }

    private AddressPattern? ParsePattern(string? text, string key, RealmOrigin origin)
    {
        if (!AddressPattern.TryParse(text ?? "", out var pattern, out var problem))
        {
            origin.AddError(errors, key, $"'{text}' is not a pattern: {problem}");
        }

        return pattern;
    }

    private EndpointAddress? ParseEndpoint(string? text, string key, RealmOrigin origin)
    {
        if (!EndpointAddress.TryParse(text ?? "", out var address, out var problem))
        {
            origin.AddError(errors, key, $"'{text}' is not an address: {problem}");
            return null;
        }

        if (!_claims.TryAdd(address, $"{origin.Path}.{key}"))
        {
            origin.AddError(errors, key, $"'{address}' is already claimed by {_claims[address]}", "An address belongs to one realm: remove one of the two");
        }

        return address;
    }
}
