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
        var blocks = PemBlock.FindAll(content);
        var lists = blocks.FindAll(block => block.Label == Label);
        return lists.Count > 0
            ? lists.ConvertAll(block => RevocationListReader.Read(block.Content))
            : throw blocks.Select(block => OtherFileFormats.FindInsteadOfCrl(block.Label)).FirstOrDefault(other => other is not null)
                ?? new FileException("holds no CRL", $"Write one in DER, or CRLs in PEM ('{Label}')");
    }
}
