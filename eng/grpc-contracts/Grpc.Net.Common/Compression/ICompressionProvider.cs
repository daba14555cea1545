using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One way to compress messages.</summary>
public interface ICompressionProvider
{
    /// <summary>The name of the encoding in the <c>grpc-encoding</c> header.</summary>
    string EncodingName { get; }

    /// <summary>Creates a stream that compresses what is written to it.</summary>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>Creates a stream that yields what was compressed.</summary>
    Stream CreateDecompressionStream(Stream stream);
}
