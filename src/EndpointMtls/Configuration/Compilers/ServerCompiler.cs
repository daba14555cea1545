using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Turns the options of a server into a definition: who it lets in is said without doubt, and nothing contradicts it.</summary>
internal sealed class ServerCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    public const string DefaultName = "server";
    public const string BesideRealm = $"contradicts '{ConfigKeys.Realm}'";

    private readonly OptionChecks _checks = new(errors, origin, prefix: "");

    /// <returns>The rules of the server, and the realm that is its own if it has files of its own.</returns>
    public (ServerDefinition Server, RealmDefinition? OwnRealm) Compile(ServerTlsOptions options)
    {
        // A key that was not understood may be the very one that seems to be missing.
        var isRead = !errors.AnyAt(origin.Path);
        var own = options.Realm is null ? CompileOwnRealm(options, isRead) : null;
        if (own is null)
        {
            CheckBesideRealm(options);
        }

        OptionTables.Server.Check(_checks, options, option => own is not null || !option.IsOfOwnFiles);
        CheckLifetime(options);
        var clientAuthType = new ClientAuthCompiler(errors, origin, isRead).Compile(options);
        return (new ServerDefinition(OptionTables.Server.Copy(options))
        {
            Realm = options.Realm ?? own!.Name,
            ClientAuthType = clientAuthType,
            AllowedSans = [.. options.ClientAllowedSans.Select(ParseSan).OfType<SanPattern>()],
            CipherSuites = new CipherSuiteCompiler(errors, origin).Compile(options),
            Origin = origin,
        }, own);
    }

    /// <summary>What to do about a key that a realm says in place of the server.</summary>
    public static string FixBesideRealm(string key) => key == ConfigKeys.Name
        ? "Logs and metrics call such a server by its realm: remove the name"
        : "The certificates of the realm are used, and its rules for them: remove one of the two";

    private RealmDefinition CompileOwnRealm(ServerTlsOptions options, bool isRead)
    {
        var name = options.Name ?? DefaultName;
        if (isRead && (options.CertFile ?? options.KeyFile ?? options.KeyPasswordFile) is null)
        {
            _checks.Error(ErrorCode.Required, "", "presents no certificate", $"Give it '{ConfigKeys.CertFile}' and '{ConfigKeys.KeyFile}', or the '{ConfigKeys.Realm}' whose certificate it presents");
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
            OnExpired = options.OnExpired,
        };
        foreach (var file in options.ClientCaFile)
        {
            tls.CaFile.Add(file);
        }

        return new RealmDefinition(
            name,
            Match: [],
            new TlsDefinition(tls) { IsServer = true, Versions = TlsVersions.Of(options) },
            Listed: [],
            IsStrict: false,
            origin);
    }

    private void CheckBesideRealm(ServerTlsOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Realm))
        {
            _checks.Error(ErrorCode.InvalidValue, ConfigKeys.Realm, "is empty", "Name the realm whose certificate the server presents, or remove the key");
        }

        foreach (var key in OptionTables.Server.KeysSet(options).Intersect(ConfigKeys.OfServerFiles))
        {
            _checks.Error(ErrorCode.Conflict, key, BesideRealm, FixBesideRealm(key));
        }
    }

    private SanPattern? ParseSan(string? text, int index)
    {
        if (!SanPattern.TryParse(text, out var pattern, out var problem))
        {
            origin.AddError(errors, ErrorCode.InvalidValue, $"{ConfigKeys.ClientAllowedSans}[{index}]", $"'{Snippet.Truncate(text)}' is not a pattern: {problem}");
        }

        return pattern;
    }

    private void CheckLifetime(ServerTlsOptions options)
    {
        var isEverAsked = options.MaxConnectionAge is not null || options.CloseOnRotation is not null || options.OnClientCertExpired == ClientCertificateExpiredAction.Close;
        if (options.MaxConnectionAgeGrace is not null && !isEverAsked)
        {
            origin.AddWarning(
                errors, ErrorCode.NoEffect, ConfigKeys.MaxConnectionAgeGrace, "has no effect: no client is ever asked to connect again",
                $"Set '{ConfigKeys.MaxConnectionAge}', '{ConfigKeys.CloseOnRotation}' or '{ConfigKeys.OnClientCertExpired}: close', or remove it");
        }
    }
}
