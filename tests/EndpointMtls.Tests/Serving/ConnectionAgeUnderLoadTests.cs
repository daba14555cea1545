using EndpointMtls.Tests.Soak;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>Closing connections by age fails no call.</summary>
public sealed class ConnectionAgeUnderLoadTests : LifetimeFixture
{
    [TestCase(200)]
    public async Task No_call_fails_while_hundreds_of_connections_reach_their_maximum_age(int turnovers)
    {
        Options.MaxConnectionAge = TimeSpan.FromSeconds(1);
        await StartAsync(listen => listen.UseEndpointMtls(Options), services => services.AddEndpointMtls());
        var clients = Enumerable.Range(0, 50).Select(_ => CreateClient()).ToList();
        await using var load = new CallLoad(clients.Select(EchoOf), callers: 16, streams: 4, streamLength: 15);

        for (var closed = 1; ClosedBecause("Age").Count() < turnovers; closed++)
        {
            await Server.Closed(closed);
        }

        await load.StopAsync();
        load.Failures.Should().BeEmpty();
        load.Calls.Should().BeGreaterThan(turnovers);
        load.Streams.Should().BePositive();
        TestContext.Out.WriteLine($"{load.Calls} calls and {load.Streams} streams over {Server.Connections} connections");
    }
}
