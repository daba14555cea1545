using Thanos.CommandLine;

namespace Samples.Tests.Thanos;

public sealed class ListenAddressTests
{
    [TestCase("127.0.0.1:0", "127.0.0.1:0")]
    [TestCase("0.0.0.0:10901", "0.0.0.0:10901")]
    [TestCase("[::1]:0", "[::1]:0")]
    [TestCase("localhost:80", "127.0.0.1:80")]
    [TestCase("LOCALHOST:0", "127.0.0.1:0")]
    public void Accepts_addresses(string text, string expected) => Parse(text).ToString().Should().Be(expected);

    [Test]
    public void Without_a_host_it_is_all_addresses() => Parse(":10902").ToString().Should().BeOneOf("[::]:10902", "0.0.0.0:10902");

    [TestCase("")]
    [TestCase(":")]
    [TestCase("10901")]
    [TestCase("127.0.0.1")]
    [TestCase("127.0.0.1:")]
    [TestCase("127.0.0.1:99999")]
    [TestCase("::1")]
    [TestCase("[::1]")]
    [TestCase("localhost")]
    [TestCase("localhost:")]
    [TestCase("localhost:http")]
    [TestCase("store.example:10901")]
    [TestCase("http://127.0.0.1:80")]
    public void Rejects_other_addresses_with_the_forms_to_write(string text)
    {
        var parse = () => Parse(text);

        parse.Should().Throw<StartupException>().WithMessage(
            $"--http-address '{text}' is not an IP address and a port. " +
            "Write it like 127.0.0.1:10902, localhost:10902, :10902 for all addresses, or [::1]:10902; port 0 takes any free port.");
    }

    private static System.Net.IPEndPoint Parse(string text) => ListenAddress.Parse("--http-address", text, "127.0.0.1:10902");
}
