using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Compiles the options of a server into a definition. Missing and conflicting options are errors.</summary>
internal sealed class ServerCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    public const string DefaultName = "server";
    public const string RealmConflict = $"cannot be combined with '{ConfigKeys.Realm}'";

    private readonly OptionChecks _checks = new(errors, origin, prefix: "");

    /// <returns>The definition of the server; and if it has files of its own, the realm that loads them.</returns>
    public (ServerDefinition Server, RealmDefinition? OwnRealm) Compile(ServerTlsOptions options)
    {
        // If a key was not understood, a key that seems to be missing may only be misspelled.
        var isRead = !errors.AnyAt(origin.Path);
        var own = options.Realm is null ? CompileOwnRealm(options, isRead) : null;
        if (own is null)
        {
            CheckRealmConflicts(options);
        }

        OptionTables.Server.Check(_checks, options, option => own is not null || !option.IsOfOwnFiles);
        CheckLifetime(options);
        var clientAuthType = new ClientAuthCompiler(errors, origin, isRead).Compile(options);
        return (new ServerDefinition(OptionTables.Server.Copy(options))
        {
            Realm = options.Realm ?? own!.Name,
            ClientAuthType = clientAuthType,
            CipherSuites = new CipherSuiteCompiler(errors, origin).Compile(options),
            Origin = origin,
        }, own);
    }

    /// <summary>The fix for a key that cannot be set if <c>realm</c> is set.</summary>
    public static string RealmConflictFix(string key) => key == ConfigKeys.Name
        ? "Remove the name: logs and metrics show the name of the realm"
        : "Remove one of the two: the realm provides the certificates and their settings";

    private RealmDefinition CompileOwnRealm(ServerTlsOptions options, bool isRead)
    {
        var name = options.Name ?? DefaultName;
        if (isRead && (options.CertFile ?? options.KeyFile ?? options.KeyPasswordFile) is null)
        {
            _checks.Error(
                ErrorCode.Required, "", "has no certificate",
                $"Set '{ConfigKeys.CertFile}' and '{ConfigKeys.KeyFile}', or set '{ConfigKeys.Realm}' to use the certificate of a realm");
        }

        var tls = new TlsOptions
        {
            CertFile = options.CertFile,
            KeyFile = options.KeyFile,
            KeyPasswordFile = options.KeyPasswordFile,
            CheckInterval = options.CheckInterval,
            RotationJitter = TimeSpan.Zero,
            DrainTimeout = TimeSpan.Zero,
            CaOverlap = options.CaOverlap,
            ExpiryWarning = options.ExpiryWarning,
            OnExpired = options.OnExpired,
            AllowWeakCertificates = options.AllowWeakCertificates,
            CrlMode = options.ClientCrlMode,
        };
        foreach (var file in options.ClientCaFile)
        {
            tls.CaFile.Add(file);
        }

        foreach (var file in options.ClientCrlFile)
        {
            tls.CrlFile.Add(file);
        }

        return new RealmDefinition(
            name,
            Match: [],
            new TlsDefinition(tls) { IsServer = true, Versions = TlsVersions.Of(options) },
            Listed: [],
            IsStrict: false,
            origin);
    }

    private void CheckRealmConflicts(ServerTlsOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Realm))
        {
            _checks.Error(
                ErrorCode.InvalidValue, ConfigKeys.Realm, "is empty",
                "Set it to the name of the realm whose certificate the server presents, or remove the key");
        }

        foreach (var key in OptionTables.Server.KeysSet(options).Intersect(ConfigKeys.OfServerFiles))
        {
            _checks.Error(ErrorCode.Conflict, key, RealmConflict, RealmConflictFix(key));
        }
    }

    private void CheckLifetime(ServerTlsOptions options)
    {
        var closesGracefully = options.MaxConnectionAge is not null || options.CloseOnRotation is not null
            || options.OnClientCertExpired == ClientConnectionAction.Close;
        if (options.MaxConnectionAgeGrace is not null && !closesGracefully)
        {
            origin.AddWarning(
                errors, ErrorCode.NoEffect, ConfigKeys.MaxConnectionAgeGrace,
                "has no effect: no option that closes connections gracefully is set",
                $"Set '{ConfigKeys.MaxConnectionAge}', '{ConfigKeys.CloseOnRotation}' or '{ConfigKeys.OnClientCertExpired}: close', "
                + $"or remove '{ConfigKeys.MaxConnectionAgeGrace}'");
        }
    }
}
