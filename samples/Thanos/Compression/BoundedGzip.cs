using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Thanos.Compression;

/// <summary>The compression <c>gzip</c> with a limit for decompressed messages.</summary>
/// <remarks>gRPC for .NET compares only the compressed size with the maximum message size, and 400 KB of gzip may be 400 MB of zeros.</remarks>
/// <param name="maxMessageSize">The maximum size of a decompressed message, in bytes.</param>
public sealed class BoundedGzip(int maxMessageSize) : ICompressionProvider
{
    private readonly GzipCompressionProvider _gzip = new(CompressionLevel.Fastest);

    public string EncodingName => _gzip.EncodingName;

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => _gzip.CreateCompressionStream(stream, compressionLevel);

    public Stream CreateDecompressionStream(Stream stream) => new BoundedStream(_gzip.CreateDecompressionStream(stream), maxMessageSize);

    private sealed class BoundedStream(Stream inner, int limit) : Stream
    {
        private int _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            // The status and the text are those of gRPC for a message without compression.
            return read <= limit - _read
                ? Count(read)
                : throw new RpcException(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }

        private int Count(int read)
        {
            _read += read;
            return read;
        }
    }
}
