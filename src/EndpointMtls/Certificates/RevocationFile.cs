using System.Security.Cryptography;
using EndpointMtls.Files;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>Parses a file of CRLs: one in DER, or any number in PEM.</summary>
internal static class RevocationFile
{
    private const string Label = "X509 CRL";

    /// <exception cref="FileException">The file has no CRL, or one that is malformed or of a kind that is not supported.</exception>
    public static IReadOnlyList<RevocationList> Parse(byte[] content) =>
        OtherFileFormats.FindInsteadOfCrl(content) is { } other ? throw other
        : content is [0x30, >= 0x80, ..] ? [RevocationListReader.Read(content)]
        : ParsePem(content);

    private static List<RevocationList> ParsePem(byte[] content)
    {
        using var reader = new StreamReader(new MemoryStream(content));
        var text = reader.ReadToEnd();
        var lists = new List<RevocationList>();
        FileException? other = null;
        var blocks = 0;
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..], blocks++)
        {
            var label = rest[fields.Label].ToString();
            if (label == Label)
            {
                lists.Add(RevocationListReader.Read(Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            }

            other ??= OtherFileFormats.FindInsteadOfCrl(label);
        }

        // PemEncoding skips a block it cannot read. That would silently accept the certificates it revokes.
        return text.AsSpan().Count("-----BEGIN ") != blocks || text.AsSpan().Count("-----END ") != blocks
            ? throw new FileException(
                "has a PEM block without its end or with broken content",
                "Write the file whole: to a temporary name first, then rename it")
            : lists.Count > 0 ? lists
            : throw other ?? new FileException("holds no CRL", $"Write one in DER, or CRLs in PEM ('{Label}')");
    }
}
