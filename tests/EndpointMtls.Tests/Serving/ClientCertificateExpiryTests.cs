using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Serving;

/// <summary>What becomes of connections whose client's certificate expires.</summary>
public sealed class ClientCertificateExpiryTests : LifetimeFixture
{
    private TestCertificate ShortLived => ClientRoot.Issue("short-lived", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow().AddMinutes(150));

    [Test]
    public async Task With_close_the_client_is_asked_at_that_moment_to_connect_again()
    {
        (Options.OnClientCertExpired, Options.MaxConnectionAgeGrace) = (ClientCertificateExpiredAction.Close, TimeSpan.FromMinutes(1));
        await StartAsync();
        var client = await ConnectAsync(ShortLived);
        using var running = EchoOf(client).Duplex();
        await ExchangeAsync(running);

        Time.Advance(TimeSpan.FromHours(1));
        Time.Advance(TimeSpan.FromHours(1));
        Time.Advance(TimeSpan.FromSeconds((30 * 60) - 1));
        Meter.Of(Closed).Should().BeEmpty();
        Time.Advance(TimeSpan.FromSeconds(1));
        Meter.Of(Closed).Should().Equal((1, "endpoint_mtls.reason=ClientCertificateExpired"));
        await ExchangeAsync(running);
        Time.Advance(TimeSpan.FromMinutes(1));

        (await CatchEndAsync(running)).StatusCode.Should().Be(StatusCode.Unavailable);
        await Connections.Closed(1);
    }

    [Test]
    public async Task No_timer_runs_for_as_long_as_certificates_are_valid()
    {
        Options.OnClientCertExpired = ClientCertificateExpiredAction.Close;
        await StartAsync();
        await ConnectAsync();

        Time.RemainingTimes.Should().OnlyContain(remaining => remaining <= TimeSpan.FromHours(1));
    }

    [Test]
    public async Task A_clock_that_is_set_forward_is_noticed()
    {
        Options.OnClientCertExpired = ClientCertificateExpiredAction.Close;
        await StartAsync();
        await ConnectAsync(ShortLived);

        Time.StepClock(TimeSpan.FromHours(3));
        Time.Advance(TimeSpan.FromHours(1));

        await Connections.Closed(1);
    }

    [Test]
    public async Task By_default_it_stays()
    {
        await StartAsync();
        var client = await CallOnceAsync(ShortLived);

        Time.Advance(TimeSpan.FromHours(3));

        await CallAsync(client);
        Connections.Opened.Should().Be(1);
        Meter.Of(Closed).Should().BeEmpty();
    }
}
