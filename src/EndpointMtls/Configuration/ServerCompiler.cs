namespace EndpointMtls.Configuration;

/// <summary>Turns the options of a server into a definition: who it lets in is said without doubt, and nothing contradicts it.</summary>
internal sealed class ServerCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    public const string DefaultName = "server";

    /// <returns>The rules of the server, and the realm that is its own if it has files of its own.</returns>
    public (ServerDefinition Server, RealmDefinition? OwnRealm) Compile(ServerTlsOptions options)
    {
        var own = options.Realm is null ? CompileOwnRealm(options) : null;
        var server = new ServerDefinition
        {
            Realm = options.Realm ?? own!.Name,
            ClientAuthType = options.ClientAuthType ?? (own is null ? ClientAuthType.RequireAndVerifyClientCert : ClientAuthType.NoClientCert),
            AllowedSans = [.. options.ClientAllowedSans.Select(SanPattern.Parse)],
            MinVersion = options.MinVersion,
            CipherSuites = [.. options.CipherSuites.Distinct()],
            Lifetime = new ServerConnectionLifetime
            {
                MaxConnectionAge = options.MaxConnectionAge,
                MaxConnectionAgeGrace = options.MaxConnectionAgeGrace,
                CloseOnRotation = options.CloseOnRotation,
                OnClientCertExpired = options.OnClientCertExpired,
                OnTrustRemoved = options.OnTrustRemoved,
            },
            Origin = origin,
        };
        if (options.CertFile is null && own is not null)
        {
            origin.AddError(errors, ConfigKeys.CertFile, "required", "");
        }

        return (server, own);
    }

    private RealmDefinition CompileOwnRealm(ServerTlsOptions options) => new(
        options.Name ?? DefaultName,
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
