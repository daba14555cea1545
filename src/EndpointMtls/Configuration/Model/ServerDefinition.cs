using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Model;

/// <summary>The rules of a server whose every value has been checked.</summary>
internal sealed record ServerDefinition
{
    /// <summary>The realm whose certificates it uses.</summary>
    public required string Realm { get; init; }

    public required ClientAuthType ClientAuthType { get; init; }
    public ImmutableArray<SanPattern> AllowedSans { get; init; } = [];
    public required SslProtocols MinVersion { get; init; }
    public ImmutableArray<TlsCipherSuite> CipherSuites { get; init; } = [];
    public required ServerConnectionLifetime Lifetime { get; init; }
    public required RealmOrigin Origin { get; init; }

    /// <summary>The versions to accept: .NET refuses to begin with one that it has no cipher suite for.</summary>
    public SslProtocols Protocols => MinVersion == SslProtocols.Tls13 ? SslProtocols.Tls13
        : CipherSuites.IsEmpty || CipherSuites.Any(CipherSuiteCompiler.IsOfTls13) ? SslProtocols.Tls12 | SslProtocols.Tls13
        : SslProtocols.Tls12;

    /// <summary>Whether a client that sends a certificate must be known.</summary>
    public bool Verifies => ClientAuthCompiler.Verifies(ClientAuthType);

    /// <summary>Whether all of it is the same, wherever it stands.</summary>
    public bool IsSameAs(ServerDefinition? other) =>
        other is not null && (Realm, ClientAuthType, MinVersion, Lifetime) == (other.Realm, other.ClientAuthType, other.MinVersion, other.Lifetime)
        && CipherSuites.SequenceEqual(other.CipherSuites)
        && AllowedSans.Select(pattern => pattern.ToString()).SequenceEqual(other.AllowedSans.Select(pattern => pattern.ToString()));
}

/// <summary>What a configuration says, checked as far as that can be done without opening files: the realms, the server's own behind the others, and the server.</summary>
internal sealed record CompiledConfiguration(ImmutableArray<RealmDefinition> Realms, ServerDefinition? Server);
