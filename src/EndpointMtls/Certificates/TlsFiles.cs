using System.Collections.Immutable;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>What the files of a realm hold together: who we are, if we are anybody, and whom we trust.</summary>
internal sealed record TlsFiles(ClientIdentity? Identity, ImmutableHashSet<CaCertificate> CaCertificates);
