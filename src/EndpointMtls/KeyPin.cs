using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Text;

namespace EndpointMtls;

/// <summary>A pin of a public key: <c>sha256/</c> and the Base64 of the SHA-256 of its SubjectPublicKeyInfo (RFC 7469).</summary>
/// <remarks>Immutable. A pin stays the same when a certificate is renewed with the same key.</remarks>
public sealed class KeyPin
{
    private const string Prefix = "sha256/";

    private readonly byte[] _hash;

    private KeyPin(byte[] hash) => _hash = hash;

    /// <summary>Computes the pin of the public key of a certificate.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="certificate"/> is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">The public key cannot be read.</exception>
    public static KeyPin Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new KeyPin(HashKeyOf(certificate));
    }

    /// <summary>Parses a pin.</summary>
    /// <param name="text">The text of the pin.</param>
    /// <exception cref="FormatException">The text is not a pin.</exception>
    public static KeyPin Parse(string text) =>
        TryParse(text, out var pin)
            ? pin
            : throw new FormatException(
                $"'{Snippet.Truncate(text)}' is not a pin. Write '{Prefix}' and the Base64 of the SHA-256 of the public key.");

    /// <summary>Tries to parse a pin.</summary>
    /// <param name="text">The text of the pin.</param>
    /// <param name="pin">The pin; <see langword="null"/> if the text is not valid.</param>
    /// <returns>Whether the text is a valid pin.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyPin? pin)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        var isPin = text is not null && text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64Chars(text.AsSpan(Prefix.Length), hash, out var length) && length == hash.Length;
        pin = isPin ? new KeyPin(hash) : null;
        return isPin;
    }

    /// <summary>Whether a certificate has the key.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="certificate"/> is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">The public key cannot be read.</exception>
    public bool Matches(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return HashKeyOf(certificate).AsSpan().SequenceEqual(_hash);
    }

    /// <summary>Returns the text of the pin.</summary>
    public override string ToString() => Prefix + Convert.ToBase64String(_hash);

    /// <summary>Parses pins. Leaves out those that are not valid: the checks of the options have reported them.</summary>
    internal static ImmutableArray<KeyPin> ParseAll(IEnumerable<string> texts) =>
        [.. texts.Select(text => TryParse(text, out var pin) ? pin : null).OfType<KeyPin>()];

    internal bool IsIn(X509ChainElementCollection chain) => chain.Any(element => Matches(element.Certificate));

    private static byte[] HashKeyOf(X509Certificate2 certificate) => SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
