using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Serving;

/// <summary>What a server does with open connections when the client's certificate expires.</summary>
public sealed class ClientCertificateExpiryTests : LifetimeFixture
{
    private TestCertificate ShortLived => ClientRoot.Issue("short-lived", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow().AddMinutes(150));

    [Test]
    public async Task Close_requests_the_client_to_reconnect_at_the_expiry()
    {
        (Options.OnClientCertExpired, Options.MaxConnectionAgeGrace) = (ClientConnectionAction.Close, TimeSpan.FromMinutes(1));
        await StartAsync();
        var client = await ConnectAsync(ShortLived);
        using var running = EchoOf(client).Duplex();
        await ExchangeAsync(running);

        Time.Advance(TimeSpan.FromHours(1));
        Time.Advance(TimeSpan.FromHours(1));
        Time.Advance(TimeSpan.FromSeconds((30 * 60) - 1));
        Meter.Of(ClosedConnections).Should().BeEmpty();
        Time.Advance(TimeSpan.FromSeconds(1));
        Meter.Of(ClosedConnections).Should().Equal((1, "endpoint_mtls.reason=ClientCertificateExpired"));
        await ExchangeAsync(running);
        Time.Advance(TimeSpan.FromMinutes(1));

        (await CatchEndAsync(running)).StatusCode.Should().Be(StatusCode.Unavailable);
        await Server.Closed(1);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Close_applies_within_an_hour_if_the_clock_is_set_past_the_expiry(bool isShortLived)
    {
        Options.OnClientCertExpired = ClientConnectionAction.Close;
        await StartAsync();
        var certificate = isShortLived ? ShortLived : ClientRoot.IssueClient("valid for years");
        await ConnectAsync(certificate);

        Time.StepClock(certificate.Leaf.NotAfter.ToUniversalTime() - Time.GetUtcNow());
        Time.Advance(TimeSpan.FromHours(1));

        await Server.Closed(1);
    }

    [Test]
    public async Task By_default_the_connection_stays_open()
    {
        await StartAsync();
        var client = await CallOnceAsync(ShortLived);

        Time.Advance(TimeSpan.FromHours(3));

        await CallAsync(client);
        Server.Connections.Should().Be(1);
        Meter.Of(ClosedConnections).Should().BeEmpty();
    }
}
