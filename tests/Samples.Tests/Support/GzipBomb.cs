using System.IO.Compression;
using Grpc.Net.Compression;

namespace Samples.Tests.Support;

/// <summary>Sends 400 MB of zeros, which gzip compresses to 400 KB, in place of each message.</summary>
internal sealed class GzipBomb : ICompressionProvider
{
    private static readonly byte[] Compressed = Compress();

    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
    {
        stream.Write(Compressed);
        return Stream.Null;
    }

    public Stream CreateDecompressionStream(Stream stream) => throw new NotSupportedException();

    private static byte[] Compress()
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
        {
            var zeros = new byte[1_000_000];
            for (var i = 0; i < 400; i++)
                gzip.Write(zeros);
        }

        return output.ToArray();
    }
}
