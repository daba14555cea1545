using EndpointMtls.Text;

namespace EndpointMtls.Tests.Text;

/// <summary>Which texts are sizes.</summary>
public sealed class ByteSizeTests
{
    [TestCase("0", 0)]
    [TestCase("4194304", 4194304)]
    [TestCase("12B", 12)]
    [TestCase("3KiB", 3072)]
    [TestCase("16MiB", 16777216)]
    [TestCase("8GiB", 8589934592)]
    public void Parses_a_size(string text, long expected)
    {
        ByteSize.TryParse(text, out var size).Should().BeTrue();
        size.Should().Be(expected);
    }

    [TestCase("")]
    [TestCase("MiB")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase("1.5MiB")]
    [TestCase("4MB", Description = "1024 x 1024 bytes in Thanos, 1000 x 1000 in the SI.")]
    [TestCase("4mib")]
    [TestCase("4 MiB")]
    [TestCase("4Mi")]
    [TestCase("9999999999GiB")]
    [TestCase("99999999999999999999")]
    public void Rejects_other_texts(string text) => ByteSize.TryParse(text, out _).Should().BeFalse();
}
