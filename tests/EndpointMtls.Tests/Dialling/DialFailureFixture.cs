using System.Net;
using System.Net.Sockets;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Dialling;

/// <summary>Calls whose socket cannot be opened, and how they are described and logged.</summary>
public abstract class DialFailureFixture : DiallingFixture
{
    private protected const int Failed = 301;
    private protected const int Recovered = 302;

    // No attempt is repeated by itself during a test.
    private protected static readonly TimeSpan Never = TimeSpan.FromMinutes(10);

    private protected ScriptedResolver Dns { get; } = new();

    private protected IEnumerable<int> Logged => Services.Logs.Entries.Select(entry => entry.EventId).Where(id => id is Failed or Recovered);

    /// <summary>Gets a port that refuses connections on every loopback address.</summary>
    private protected static int FindRefusingPort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Gets the channel to an address of a realm. A failed attempt is repeated after a long time only.</summary>
    private protected GrpcChannel Get(RealmOptions realm, Action<IServiceCollection>? addServices = null, Action<GrpcChannelOptions>? configure = null)
    {
        Services = new TestServices(services =>
        {
            services.AddSingleton<IDnsResolver>(Dns).AddEndpointMtls(options =>
            {
                options.MaxReconnectBackoff = Never;
                options.ConfigureChannel = (_, channel) =>
                {
                    channel.InitialReconnectBackoff = Never;
                    configure?.Invoke(channel);
                };
                options.Realms.Add(realm);
            });
            addServices?.Invoke(services);
        });
        return Services.Factory.GetChannel(realm.Endpoints[0]);
    }

    /// <summary>Makes three calls that must fail, and returns the failure of the last one. They are described, and logged once.</summary>
    private protected async Task<EndpointConnectionException> FailAsync(GrpcChannel channel, string address)
    {
        for (var call = 0; call < 3; call++)
        {
            var exception = (await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!;

            var failure = Services.Factory.Describe(address).LastFailure;
            failure.Should().NotBeNull(exception.ToString());
            exception.StatusCode.Should().Be(StatusCode.Unavailable);
            exception.Status.Detail.Should().Contain(failure!.Message);
            EndpointConnectionException.Find(exception)!.Message.Should().Be(failure.Message);
        }

        await Services.Logs.Wait(Failed).WithTimeout();
        var last = Services.Factory.Describe(address).LastFailure!;
        Services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == Failed)
            .Which.Message.Should().StartWith($"Could not connect ({last.Reason}). Endpoint '{address}'");
        return last;
    }

    /// <summary>Makes a call that must succeed, because the server runs now.</summary>
    private protected async Task RecoverAsync(GrpcChannel channel, string address)
    {
        if (!address.StartsWith("unix:", StringComparison.Ordinal))
        {
            await channel.ConnectAsync().WithTimeout();
        }

        await CallAsync(channel);

        Services.Factory.Describe(address).Should().BeEquivalentTo(new { LastFailure = (object?)null, LastConnection = new { } });
        Logged.Should().Equal(Failed, Recovered);
    }
}
