using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Model;

/// <summary>The rules of a server whose every value has been checked. Immutable.</summary>
/// <param name="options">The options; nobody else may change them.</param>
internal sealed class ServerDefinition(ServerTlsOptions options)
{
    private readonly ServerTlsOptions _options = options;

    /// <summary>The realm whose certificates it uses.</summary>
    public required string Realm { get; init; }

    public required ClientAuthType ClientAuthType { get; init; }
    public ImmutableArray<SanPattern> AllowedSans { get; init; } = [];
    public TlsVersions Versions { get; } = TlsVersions.Of(options);
    public ImmutableArray<TlsCipherSuite> CipherSuites { get; init; } = [];
    public required RealmOrigin Origin { get; init; }

    /// <summary>The versions to accept: .NET refuses to begin with one that it has no cipher suite for.</summary>
    public SslProtocols Protocols => CipherSuites.IsEmpty || CipherSuites.Any(CipherSuiteCompiler.IsOfTls13)
        ? Versions.Protocols
        : SslProtocols.Tls12;

    /// <summary>Whether a client that sends a certificate must be known.</summary>
    public bool Verifies => ClientAuthCompiler.Verifies(ClientAuthType);

    public ServerTlsOptions CopyOptions() => OptionTables.Server.Copy(_options);

    /// <summary>Whether all of it is the same, wherever it stands. The realm of its own files is compared by itself.</summary>
    public bool IsSameAs(ServerDefinition? other) =>
        other is not null && (Realm, ClientAuthType) == (other.Realm, other.ClientAuthType)
        && OptionTables.Server.AreSame(_options, other._options, option => !option.IsOfOwnFiles && option.Key != ConfigKeys.ClientAuthType);
}

/// <summary>What a configuration says, checked as far as that can be done without opening files: the realms, the server's own behind the others, and the server.</summary>
internal sealed record CompiledConfiguration(ImmutableArray<RealmDefinition> Realms, ServerDefinition? Server);
