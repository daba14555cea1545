using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Compares DNS names with the name constraints of a chain where the platform does not: wildcards and common names.</summary>
/// <remarks>
/// A wildcard may cover names that a CA must not issue (CVE-2025-61727). The platform does not compare a common name without a dot.
/// </remarks>
internal static class NameConstraints
{
    /// <summary>The tag of permitted subtrees.</summary>
    public const int Permitted = 0;

    /// <summary>The tag of excluded subtrees.</summary>
    public const int Excluded = 1;

    private const string Wildcard = "*.";

    /// <summary>Finds a name of a leaf that a CA of its chain must not issue for, or that covers such a name.</summary>
    /// <param name="chain">The chain, the leaf first.</param>
    /// <param name="usesCommonName">Whether the common name counts as a DNS name.</param>
    /// <returns>A sentence about the name; <see langword="null"/> if there is none.</returns>
    /// <exception cref="AsnContentException">A certificate is malformed.</exception>
    public static string? FindViolation(X509ChainElementCollection chain, bool usesCommonName)
    {
        for (var index = 1; index < chain.Count; index++)
        {
            var ca = new CertificateContent(chain[index].Certificate.RawDataMemory.Span);
            if (ca.TryFindExtension(ObjectIdentifiers.NameConstraints, out var constraints))
            {
                foreach (var name in NamesOf(chain[0].Certificate, usesCommonName))
                {
                    if (Forbid(new DerReader(constraints).ReadSequence(), name))
                    {
                        return $"'{Snippet.OfPeer(chain[index].Certificate.Subject)}' may not issue for '{Snippet.OfPeer(name)}'";
                    }
                }
            }
        }

        return null;
    }

    // The platform compares the other names.
    private static IEnumerable<string> NamesOf(X509Certificate2 leaf, bool usesCommonName)
    {
        var wildcards = SubjectNames.Of(leaf).Dns.Where(name => name.StartsWith(Wildcard, StringComparison.Ordinal));
        return usesCommonName ? wildcards.Append(leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false)) : wildcards;
    }

    private static bool Forbid(DerReader constraints, string name)
    {
        var (hasPermitted, isPermitted) = (false, false);
        while (!constraints.IsEmpty)
        {
            var subtrees = new DerReader(constraints.Read(out var kind));
            while (!subtrees.IsEmpty)
            {
                var subtree = subtrees.ReadSequence().Read(out var tag);
                if (tag.TagValue != CertificateSyntax.Dns)
                {
                    continue;
                }

                var domain = Encoding.ASCII.GetString(subtree);
                if (kind.TagValue == Permitted)
                {
                    (hasPermitted, isPermitted) = (true, isPermitted || CoversOnly(domain, name));
                }
                else if (MayCover(domain, name))
                {
                    return true;
                }
            }
        }

        return hasPermitted && !isPermitted;
    }

    private static bool CoversOnly(string domain, string name) => IsWithin(WithoutWildcard(name), domain);

    // A wildcard stands for one label: *.example.com may be bad.example.com.
    private static bool MayCover(string domain, string name) =>
        IsWithin(WithoutWildcard(name), domain)
        || (name.StartsWith(Wildcard, StringComparison.Ordinal)
            && domain.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            && domain[(dot + 1)..].Equals(WithoutWildcard(name), StringComparison.OrdinalIgnoreCase));

    private static bool IsWithin(string name, string domain) =>
        domain.Length == 0
        || name.Equals(domain, StringComparison.OrdinalIgnoreCase)
        || (name.Length > domain.Length && name.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && name[^(domain.Length + 1)] == '.');

    private static string WithoutWildcard(string name) =>
        name.StartsWith(Wildcard, StringComparison.Ordinal) ? name[Wildcard.Length..] : name;
}
