using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>The CRLs of a realm. Immutable.</summary>
internal sealed class RevocationLists
{
    private readonly Dictionary<string, RevocationList[]> _byIssuer;

    public RevocationLists(IEnumerable<RevocationList> lists)
    {
        All =
        [
            .. lists.Distinct()
                .OrderBy(list => list.Issuer, StringComparer.Ordinal)
                .ThenByDescending(list => list.ThisUpdate)
                .ThenByDescending(list => list.Number)
                .ThenBy(list => list.Thumbprint, StringComparer.Ordinal),
        ];
        _byIssuer = All.GroupBy(list => list.Issuer, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>All CRLs, by issuer; of one issuer, the newest first.</summary>
    public ImmutableArray<RevocationList> All { get; }

    /// <summary>The newest CRL of each issuer and key: after a change of its key, a CA has two.</summary>
    public IEnumerable<RevocationList> Newest =>
        All.DistinctBy(list => (list.Issuer, Convert.ToHexString(list.AuthorityKeyIdentifier.GetValueOrDefault().Span)));

    public bool IsSameAs(RevocationLists other) => ReferenceEquals(this, other) || All.SequenceEqual(other.All);

    /// <summary>Finds the newest CRL that a CA has signed. A CRL that has only the name of the CA does not count.</summary>
    public RevocationList? Find(X509Certificate2 ca) =>
        _byIssuer.TryGetValue(ca.SubjectName.Name, out var lists) ? Array.Find(lists, list => list.IsSignedBy(ca)) : null;
}
