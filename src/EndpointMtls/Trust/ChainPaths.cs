using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>Builds other paths from a certificate to a trust anchor: the platform builds only one (dotnet/runtime#98921).</summary>
/// <remarks>
/// Certificates with the same subject, such as a cross-signed pair, are alternatives. Each path leaves out some certificates of a path
/// that failed. The number of paths and of their certificates is bounded, because a peer selects what it sends.
/// </remarks>
internal sealed class ChainPaths
{
    private const int MaxPaths = 16;

    // The platform verifies a signature for each certificate of a path, before it knows whether the path is trusted.
    private const int MaxCertificates = 64;

    private readonly X509Certificate2 _leaf;
    private readonly X509ChainPolicy _policy;
    private readonly X509Certificate2[] _all;
    private readonly Queue<HashSet<string>> _pending = new();
    private readonly HashSet<string> _queued = new(StringComparer.Ordinal);
    private int _certificates;

    private ChainPaths(X509Certificate2 leaf, X509Chain failed)
    {
        (_leaf, _policy) = (leaf, failed.ChainPolicy);
        _all = [.. _policy.ExtraStore, .. _policy.CustomTrustStore];

        // Most often a cross-signed certificate hides the trust anchor of the same CA.
        Queue([.. _policy.ExtraStore.Where(other => _policy.CustomTrustStore.Any(anchor => IsOfSameCa(other, anchor))).Select(Key)]);
        QueueWithout(failed, []);
        _certificates = failed.ChainElements.Count;
    }

    /// <summary>Builds the other paths, one at a time.</summary>
    /// <param name="leaf">The certificate.</param>
    /// <param name="failed">The path that failed. The others have the same policy.</param>
    /// <returns>The paths, valid or not. Each is disposed when the next is requested.</returns>
    public static IEnumerable<X509Chain> Others(X509Certificate2 leaf, X509Chain failed) => new ChainPaths(leaf, failed).Build();

    private IEnumerable<X509Chain> Build()
    {
        for (var count = 0; count < MaxPaths && _certificates < MaxCertificates && _pending.TryDequeue(out var excluded); count++)
        {
            using var chain = new X509Chain { ChainPolicy = CreatePolicy(excluded) };
            try
            {
                chain.Build(_leaf);
            }
            catch (CryptographicException)
            {
                // The path may be too long, and its length is unknown.
                _certificates += MaxCertificates / 2;
                continue;
            }

            _certificates += chain.ChainElements.Count;
            yield return chain;
            QueueWithout(chain, excluded);
        }
    }

    private X509ChainPolicy CreatePolicy(HashSet<string> excluded)
    {
        var policy = _policy.Clone();
        policy.CustomTrustStore.Clear();
        policy.CustomTrustStore.AddRange(Included(_policy.CustomTrustStore));
        policy.ExtraStore.Clear();
        policy.ExtraStore.AddRange(Included(_policy.ExtraStore));
        return policy;

        X509Certificate2[] Included(X509Certificate2Collection all) => [.. all.Where(certificate => !excluded.Contains(Key(certificate)))];
    }

    // Queues one path for each certificate that has an alternative: the path without it.
    private void QueueWithout(X509Chain failed, HashSet<string> excluded)
    {
        foreach (var certificate in failed.ChainElements.Skip(1).Select(element => element.Certificate))
        {
            var key = Key(certificate);
            if (_all.Any(other => IsOfSameCa(other, certificate) && Key(other) is var alternative
                && alternative != key && !excluded.Contains(alternative)))
            {
                Queue([.. excluded, key]);
            }
        }
    }

    private void Queue(HashSet<string> excluded)
    {
        if (excluded.Count > 0 && _queued.Add(string.Join(' ', excluded.Order(StringComparer.Ordinal))))
        {
            _pending.Enqueue(excluded);
        }
    }

    private static bool IsOfSameCa(X509Certificate2 one, X509Certificate2 other) =>
        one.SubjectName.RawData.AsSpan().SequenceEqual(other.SubjectName.RawData);

    private static string Key(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);
}
