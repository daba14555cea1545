using EndpointMtls.InteropTests.Support;
using Thanos.Chunks;

namespace EndpointMtls.InteropTests.Prometheus;

/// <summary>Chunks of Prometheus and of the samples are identical to the bit.</summary>
internal sealed class XorChunkTests
{
    private const long BlockStart = 1_699_999_200_000; // A multiple of two hours, so that there is only one block.
    private const long BlockEnd = BlockStart + 2 * 60 * 60 * 1000;

    private List<List<Sample>> _series = null!;
    private List<ReadOnlyMemory<byte>> _chunks = null!;

    [OneTimeSetUp]
    public async Task Import()
    {
        _series = [Every(1000, i => 1), Every(15_000, i => i * 17), Every(5_000, i => Math.Sin(i / 10.0)), Every(1_000, i => i % 7 == 0 ? double.NaN : i)];
        _series.AddRange(Enumerable.Range(0, 60).Select(Random));

        var folder = Directory.CreateTempSubdirectory("interop-tests-");
        try
        {
            var (input, output) = (Path.Combine(folder.FullName, "input.om"), Path.Combine(folder.FullName, "blocks"));
            await File.WriteAllTextAsync(input, OpenMetrics.Write(_series));
            await Peer.RunAsync("promtool", ["tsdb", "create-blocks-from", "openmetrics", input, output]);

            var segment = Directory.GetFiles(output, "000001", SearchOption.AllDirectories).Single();
            _chunks = ChunkSegment.Read(await File.ReadAllBytesAsync(segment)).ToList();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void Reads_every_sample_that_Prometheus_wrote()
    {
        // The chunks of a series are contiguous, and the series are in the order of their labels.
        _chunks.SelectMany(chunk => XorChunkReader.Read(chunk)).Should().Equal(_series.SelectMany(samples => samples));
        _chunks.Should().HaveCountGreaterThan(_series.Count);
    }

    [Test]
    public void Writes_every_chunk_as_Prometheus_wrote_it()
    {
        foreach (var expected in _chunks)
        {
            var written = new XorChunk();
            foreach (var (timestamp, value) in XorChunkReader.Read(expected))
                written.Append(timestamp, value);

            // Some chunks of older Prometheus versions, such as 2.42, end with an unused zero byte.
            var surplus = expected.Length == written.Bytes.Length + 1 && expected.Span[^1] == 0 ? 1 : 0;
            written.Bytes.ToArray().Should().Equal(expected[..^surplus].ToArray());
        }
    }

    private static List<Sample> Every(int interval, Func<int, double> value) =>
        Enumerable.Range(0, 400).Select(i => new Sample(BlockStart + (long)i * interval, value(i))).ToList();

    /// <summary>Samples for every bucket of both encodings, identical in every run.</summary>
    /// <remarks>Times are multiples of 1/8 s, which Prometheus reads without rounding.</remarks>
    private static List<Sample> Random(int seed)
    {
        var random = new Random(seed);
        var samples = new List<Sample>();
        var value = 0.0;
        for (var time = BlockStart; time < BlockEnd && samples.Count < 400; time += 125 * random.NextInt64(1, 1L << random.Next(1, 14)))
        {
            value = random.Next(5) switch
            {
                0 => value,
                1 => value + 1,
                2 => random.NextDouble(),
                3 => double.NegativeInfinity,
                _ => BitConverter.Int64BitsToDouble(random.NextInt64(0x7FE0_0000_0000_0000)),
            };
            samples.Add(new Sample(time, value));
        }

        return samples;
    }
}
