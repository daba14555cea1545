using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Turns the options of a server into a definition: who it lets in is said without doubt, and nothing contradicts it.</summary>
internal sealed class ServerCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    public const string DefaultName = "server";
    public const string BesideRealm = $"contradicts '{ConfigKeys.Realm}'";

    private static readonly ServerTlsOptions Defaults = new();

    private readonly TlsChecks _checks = new(errors, origin, prefix: "");

    /// <returns>The rules of the server, and the realm that is its own if it has files of its own.</returns>
    public (ServerDefinition Server, RealmDefinition? OwnRealm) Compile(ServerTlsOptions options)
    {
        // A key that was not understood may be the very one that seems to be missing.
        var isRead = !errors.AreAt(origin.Path);
        var own = options.Realm is null ? CompileOwnRealm(options, isRead) : null;
        if (own is null)
        {
            CheckBesideRealm(options);
        }

        _checks.CheckVersion(options.MinVersion);
        var clientAuthType = new ClientAuthCompiler(errors, origin, isRead).Compile(options);
        return (new ServerDefinition
        {
            Realm = options.Realm ?? own!.Name,
            ClientAuthType = clientAuthType,
            AllowedSans = [.. options.ClientAllowedSans.Select(ParseSan).OfType<SanPattern>()],
            MinVersion = options.MinVersion,
            CipherSuites = new CipherSuiteCompiler(errors, origin).Compile(options),
            Lifetime = CompileLifetime(options),
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
            _checks.Error("", "presents no certificate", $"Give it '{ConfigKeys.CertFile}' and '{ConfigKeys.KeyFile}', or the '{ConfigKeys.Realm}' whose certificate it presents");
        }

        _checks.CheckPaths((options.CertFile, ConfigKeys.CertFile), (options.KeyFile, ConfigKeys.KeyFile), (options.KeyPasswordFile, ConfigKeys.KeyPasswordFile));
        _checks.CheckPaths(options.ClientCaFile, ConfigKeys.ClientCaFile);
        _checks.CheckIdentity(options.CertFile, options.KeyFile, options.KeyPasswordFile);
        _checks.RequireBetween(options.CheckInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), ConfigKeys.CheckInterval);
        _checks.RequireBetween(options.CaOverlap, TimeSpan.Zero, TimeSpan.FromDays(30), ConfigKeys.CaOverlap);
        _checks.RequireDefined(options.OnExpired, ConfigKeys.OnExpired);
        return new RealmDefinition(
            name,
            Match: [],
            new TlsDefinition
            {
                IsServer = true,
                CertFile = options.CertFile,
                KeyFile = options.KeyFile,
                KeyPasswordFile = options.KeyPasswordFile,
                CaFiles = [.. options.ClientCaFile.Distinct()],
                UseSystemRoots = false,
                InsecureSkipVerify = false,
                MinVersion = options.MinVersion,
                CheckInterval = options.CheckInterval,
                SwapJitter = TimeSpan.Zero,
                DrainTimeout = TimeSpan.Zero,
                CaOverlap = options.CaOverlap,
                OnTrustRemoved = TrustRemovedAction.Drain,
                OnExpired = options.OnExpired,
            },
            Listed: [],
            EndpointMode.NonStrict,
            origin);
    }

    private void CheckBesideRealm(ServerTlsOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Realm))
        {
            _checks.Error(ConfigKeys.Realm, "is empty", "Name the realm whose certificate the server presents, or remove the key");
        }

        Refuse(options.Name is not null, ConfigKeys.Name);
        Refuse(options.CertFile is not null, ConfigKeys.CertFile);
        Refuse(options.KeyFile is not null, ConfigKeys.KeyFile);
        Refuse(options.KeyPasswordFile is not null, ConfigKeys.KeyPasswordFile);
        Refuse(options.ClientCaFile.Count > 0, ConfigKeys.ClientCaFile);
        Refuse(options.CheckInterval != Defaults.CheckInterval, ConfigKeys.CheckInterval);
        Refuse(options.CaOverlap != Defaults.CaOverlap, ConfigKeys.CaOverlap);
        Refuse(options.OnExpired != Defaults.OnExpired, ConfigKeys.OnExpired);

        void Refuse(bool isSet, string key)
        {
            if (isSet)
            {
                _checks.Error(key, BesideRealm, FixBesideRealm(key));
            }
        }
    }

    private SanPattern? ParseSan(string? text, int index)
    {
        if (!SanPattern.TryParse(text, out var pattern, out var problem))
        {
            origin.AddError(errors, $"{ConfigKeys.ClientAllowedSans}[{index}]", $"'{Snippet.Truncate(text)}' is not a pattern: {problem}");
        }

        return pattern;
    }

    private ServerConnectionLifetime CompileLifetime(ServerTlsOptions options)
    {
        // Before a second is over, a client may not be ready to be asked, and would lose what it connected for.
        var (shortestAge, shortestGrace, longest) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(365));
        RequireBetween(options.MaxConnectionAge, shortestAge, longest, ConfigKeys.MaxConnectionAge);
        RequireBetween(options.MaxConnectionAgeGrace, shortestGrace, longest, ConfigKeys.MaxConnectionAgeGrace);
        RequireBetween(options.CloseOnRotation, TimeSpan.Zero, TimeSpan.FromHours(24), ConfigKeys.CloseOnRotation);
        var isEverAsked = options.MaxConnectionAge is not null || options.CloseOnRotation is not null || options.OnClientCertExpired == ClientCertificateExpiredAction.Close;
        if (options.MaxConnectionAgeGrace is not null && !isEverAsked)
        {
            origin.AddWarning(
                errors, ConfigKeys.MaxConnectionAgeGrace, "has no effect: no client is ever asked to connect again",
                $"Set '{ConfigKeys.MaxConnectionAge}', '{ConfigKeys.CloseOnRotation}' or '{ConfigKeys.OnClientCertExpired}: close', or remove it");
        }

        return new ServerConnectionLifetime
        {
            MaxConnectionAge = options.MaxConnectionAge,
            MaxConnectionAgeGrace = options.MaxConnectionAgeGrace,
            CloseOnRotation = options.CloseOnRotation,
            OnClientCertExpired = options.OnClientCertExpired,
            OnTrustRemoved = options.OnTrustRemoved,
        };
    }

    private void RequireBetween(TimeSpan? value, TimeSpan least, TimeSpan most, string key)
    {
        if (value is { } duration)
        {
            _checks.RequireBetween(duration, least, most, key);
        }
    }
}
