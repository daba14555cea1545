using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Model;

/// <summary>The options of a server after all checks. Immutable.</summary>
/// <param name="options">The options. The definition owns them: they must not change.</param>
internal sealed class ServerDefinition(ServerTlsOptions options)
{
    private readonly ServerTlsOptions _options = options;

    /// <summary>The name of the realm that provides the certificates.</summary>
    public required string Realm { get; init; }

    public required ClientAuthType ClientAuthType { get; init; }
    public ImmutableArray<SanPattern> ClientAllowedSans { get; } = SanPattern.ParseAll(options.ClientAllowedSans);
    public ImmutableArray<KeyPin> ClientPins { get; } = KeyPin.ParseAll(options.ClientPins);
    public TlsVersions Versions { get; } = TlsVersions.Of(options);
    public ImmutableArray<TlsCipherSuite> CipherSuites { get; init; } = [];
    public required RealmOrigin Origin { get; init; }

    /// <summary>The TLS versions to accept. .NET rejects a version for which it has no cipher suite.</summary>
    public SslProtocols Protocols => CipherSuites.IsEmpty || CipherSuites.Any(Model.CipherSuites.IsOfTls13)
        ? Versions.Protocols
        : SslProtocols.Tls12;

    /// <summary>Whether the certificate of a client is verified if the client sends one.</summary>
    public bool Verifies => ClientAuthCompiler.Verifies(ClientAuthType);

    /// <summary>Returns a copy of the options. The caller owns it.</summary>
    public ServerTlsOptions CopyOptions() => OptionTables.Server.Copy(_options);

    /// <summary>Whether all options are equal. The realm of the server's own files is compared separately.</summary>
    public bool IsSameAs(ServerDefinition? other) =>
        other is not null && (Realm, ClientAuthType) == (other.Realm, other.ClientAuthType)
        && OptionTables.Server.AreSame(
            _options, other._options, option => !option.IsOfOwnFiles && option.Key != ConfigKeys.ClientAuthType);
}

/// <summary>A configuration after all checks that need no files.</summary>
/// <param name="Realms">The realms. The realm of the server's own files is the last one.</param>
/// <param name="Server">The server, if one is configured.</param>
internal sealed record CompiledConfiguration(ImmutableArray<RealmDefinition> Realms, ServerDefinition? Server);
