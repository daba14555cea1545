using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>Compresses with deflate, which in HTTP means the zlib format.</summary>
public sealed class DeflateCompressionProvider : ICompressionProvider
{
    private readonly CompressionLevel _defaultLevel;

    /// <summary>Creates a provider with the level for messages that ask for none.</summary>
    public DeflateCompressionProvider(CompressionLevel defaultCompressionLevel) => _defaultLevel = defaultCompressionLevel;

    /// <summary>The name of the encoding in the <c>grpc-encoding</c> header.</summary>
    public string EncodingName => "deflate";

    /// <summary>Creates a stream that compresses what is written to it.</summary>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new ZLibStream(stream, compressionLevel ?? _defaultLevel);

    /// <summary>Creates a stream that yields what was compressed.</summary>
    public Stream CreateDecompressionStream(Stream stream) =>
        new ZLibStream(stream, CompressionMode.Decompress);
}
