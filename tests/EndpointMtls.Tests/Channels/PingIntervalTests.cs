using EndpointMtls.Channels;

namespace EndpointMtls.Tests.Channels;

/// <summary>How the interval of HTTP/2 pings grows when a server rejects them.</summary>
public sealed class PingIntervalTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly PingInterval _pings = new();

    [Test]
    public void Doubles_once_for_all_connections_with_the_same_interval()
    {
        _pings.Get(Minute).Should().Be(Minute);

        _pings.Double(Minute).Should().Be(2 * Minute);
        _pings.Double(Minute).Should().BeNull();

        _pings.Get(Minute).Should().Be(2 * Minute);
        _pings.Double(2 * Minute).Should().Be(4 * Minute);
    }

    [Test]
    public void Starts_again_with_another_configured_interval()
    {
        _pings.Get(Minute);
        _pings.Double(Minute);

        _pings.Get(3 * Minute).Should().Be(3 * Minute);
        _pings.Get(null).Should().BeNull();
        _pings.Double(null).Should().BeNull();
    }
}
