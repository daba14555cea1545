using Thanos.Chunks;

namespace Samples.Tests.Thanos;

internal sealed class XorChunkTests
{
    [Test]
    public void An_empty_chunk_has_only_the_count()
    {
        new XorChunk().Bytes.ToArray().Should().Equal(0, 0);
        Decode("0000").Should().BeEmpty();
    }

    // Derived by hand from the format: count, varint time, raw value | uvarint delta, XOR bits | delta of delta, XOR bits.
    [TestCase("0001 D00F 3FF0000000000000", 1000, 1.0)]
    [TestCase("0001 01   BFF0000000000000", -1, -1.0)]
    [TestCase("0002 D00F 3FF0000000000000 E807 00", 1000, 1.0, 2000, 1.0)]
    [TestCase("0003 D00F 3FF0000000000000 E807 00", 1000, 1.0, 2000, 1.0, 3000, 1.0)]
    // 0 | 10 00000000000001 | 1 1 00001 001011 11111111111
    [TestCase("0003 D00F 3FF0000000000000 E807 4000E12FFF80", 1000, 1.0, 2000, 1.0, 3001, 2.0)]
    // 1 1 00001 001011 11111111111 | 0 | 1 0 11111111111: the second value fits the window of the first.
    [TestCase("0003 D00F 3FF0000000000000 E807 C25FFF5FFC", 1000, 1.0, 2000, 2.0, 3000, 1.0)]
    public void Encodes_and_decodes_known_chunks(string hex, params double[] timesAndValues)
    {
        var samples = timesAndValues.Chunk(2).Select(pair => new Sample((long)pair[0], pair[1])).ToList();

        Encode(samples).Should().Equal(Bytes(hex));
        Decode(hex).Should().Equal(samples);
    }

    [TestCase(0, 1)]
    [TestCase(8192, 16)]
    [TestCase(-8191, 16)]
    [TestCase(8193, 20)]
    [TestCase(-8192, 20)]
    [TestCase(65536, 20)]
    [TestCase(-65535, 20)]
    [TestCase(65537, 24)]
    [TestCase(-65536, 24)]
    [TestCase(524288, 24)]
    [TestCase(-524287, 24)]
    [TestCase(524289, 68)]
    [TestCase(-524288, 68)]
    [TestCase(long.MinValue, 68)]
    public void Encodes_a_delta_of_delta_in_the_smallest_bucket(long change, int bits)
    {
        var second = new Sample(1_000_000, 1);
        var third = new Sample(unchecked(second.Timestamp + 1_000_000 + change), 1);
        var samples = new[] { new Sample(0, 1), second, third };

        var encoded = Encode(samples);

        var before = Encode(samples[..2]).Length * 8 - 7; // One bit of the last byte is used.
        encoded.Should().HaveCount((before + bits + 1 + 7) / 8);
        XorChunkReader.Read(encoded).Should().Equal(samples);
    }

    [Test]
    public void The_bytes_of_a_growing_chunk_are_always_a_valid_chunk()
    {
        var samples = TrickySeries.Random(seed: 1, count: 200);
        var chunk = new XorChunk();

        foreach (var (sample, index) in samples.Select((sample, index) => (sample, index)))
        {
            chunk.Append(sample.Timestamp, sample.Value);
            XorChunkReader.Read(chunk.Bytes.ToArray()).Should().Equal(samples.Take(index + 1));
        }
    }

    [TestCaseSource(typeof(TrickySeries), nameof(TrickySeries.All))]
    public void Round_trips_every_bit(Sample[] samples)
    {
        var decoded = XorChunkReader.Read(Encode(samples)).ToList();

        decoded.Select(sample => sample.Timestamp).Should().Equal(samples.Select(sample => sample.Timestamp));
        decoded.Select(Bits).Should().Equal(samples.Select(Bits));

        static ulong Bits(Sample sample) => BitConverter.DoubleToUInt64Bits(sample.Value);
    }

    [Test]
    public void Rejects_more_samples_than_the_count_can_represent()
    {
        var chunk = new XorChunk();
        for (var i = 0; i < ushort.MaxValue; i++)
            chunk.Append(i, i);

        chunk.Invoking(full => full.Append(70_000, 0)).Should().Throw<InvalidOperationException>();
        XorChunkReader.Read(chunk.Bytes.ToArray()).Should().HaveCount(ushort.MaxValue);
    }

    [TestCase("")]
    [TestCase("00")]
    [TestCase("0001")]
    [TestCase("0001 D00F 3FF00000000000")]
    [TestCase("0002 D00F 3FF0000000000000 E8")]
    [TestCase("0009 D00F 3FF0000000000000 E807 00")]
    [TestCase("0001 FFFFFFFFFFFFFFFFFFFFFF 3FF0000000000000", Description = "a varint that does not end")]
    [TestCase("0002 D00F 3FF0000000000000 E807 FFFFFFFFFFFFFFFFFFFF", Description = "31 leading zeros and 63 bits")]
    public void Rejects_malformed_chunks(string hex)
    {
        var decode = () => Decode(hex);

        decode.Should().Throw<InvalidDataException>();
    }

    private static byte[] Encode(IEnumerable<Sample> samples)
    {
        var chunk = new XorChunk();
        foreach (var (timestamp, value) in samples)
            chunk.Append(timestamp, value);
        return chunk.Bytes.ToArray();
    }

    private static List<Sample> Decode(string hex) => XorChunkReader.Read(Bytes(hex)).ToList();

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
