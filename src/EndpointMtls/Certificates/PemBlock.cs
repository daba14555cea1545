using System.Security.Cryptography;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>A block of a PEM file (RFC 7468).</summary>
/// <remarks>Not a record: <c>ToString</c> would contain a private key.</remarks>
internal sealed class PemBlock
{
    private const string Begin = "-----BEGIN";
    private const string End = "-----END";

    private PemBlock(string label, string pem, byte[] content) => (Label, Pem, Content) = (label, pem, content);

    public string Label { get; }

    /// <summary>The block as it is in the file.</summary>
    public string Pem { get; }

    /// <summary>The decoded block.</summary>
    public byte[] Content { get; }

    /// <summary>Finds all blocks. Text around them is ignored.</summary>
    /// <param name="file">The content of the file.</param>
    /// <exception cref="FileException">A block is incomplete or malformed: a shortened file is never taken for a whole one.</exception>
    public static List<PemBlock> FindAll(byte[] file)
    {
        // StreamReader removes a byte order mark.
        using var reader = new StreamReader(new MemoryStream(file));
        var text = reader.ReadToEnd();
        var rest = text.AsSpan();
        var blocks = new List<PemBlock>();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            // PemEncoding skips a block that it cannot read. That would silently shorten a chain, a bundle or a list of revocations.
            RejectBroken(rest[..fields.Location.Start], text);
            blocks.Add(new PemBlock(
                rest[fields.Label].ToString(),
                rest[fields.Location].ToString(),
                Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            rest = rest[fields.Location.End..];
        }

        RejectBroken(rest, text);
        return blocks;
    }

    private static void RejectBroken(ReadOnlySpan<char> between, string text)
    {
        var last = between[(between.LastIndexOf('\n') + 1)..];
        var isCut = !last.IsEmpty && Begin.AsSpan().StartsWith(last);
        if (isCut || between.Contains(Begin, StringComparison.Ordinal) || between.Contains(End, StringComparison.Ordinal))
        {
            throw text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal)
                ? new FileException("holds a private key in the legacy encrypted PEM format", "Convert it with 'openssl pkcs8 -topk8'")
                : new FileException(
                    "has a PEM block without its end or with broken content",
                    "Write the file whole: to a temporary name first, then rename it");
        }
    }
}
