using System.Collections.Immutable;
using System.Security.Authentication;

namespace EndpointMtls.Configuration;

/// <summary>A realm whose every value has been checked; only its files have not been opened yet.</summary>
internal sealed record RealmDefinition(
    string Name,
    ImmutableArray<AddressPattern> Match,
    TlsDefinition? Tls,
    ImmutableArray<EndpointAddress> Endpoints,
    EndpointMode Mode,
    RealmOrigin Origin);

/// <summary>The TLS side of a realm: a certificate comes with its key, and there is always a CA.</summary>
internal sealed record TlsDefinition(string? CertFile, string? KeyFile, string CaFile, string? ServerName, SslProtocols MinVersion);
