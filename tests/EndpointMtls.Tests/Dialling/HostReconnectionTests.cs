using System.Runtime.CompilerServices;
using EndpointMtls.Channels;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Tests.Dialling;

/// <summary>When a host is looked up again because its server does not accept another connection.</summary>
public sealed class HostReconnectionTests
{
    private readonly Subchannel _subchannel = (Subchannel)RuntimeHelpers.GetUninitializedObject(typeof(Subchannel));

    [Test]
    public async Task Abandons_an_address_whose_connection_times_out()
    {
        using var timeout = new CancellationTokenSource();
        await timeout.CancelAsync();
        var lookups = 0;
        var reconnection = new HostReconnection { Refresh = () => lookups++ };

        await Assert.CatchAsync<OperationCanceledException>(() => DialAsync(reconnection, new OperationCanceledException(), timeout.Token, CancellationToken.None));

        lookups.Should().Be(1);
        reconnection.IsAbandoned(_subchannel).Should().BeTrue();
    }

    [Test]
    public async Task Keeps_an_address_whose_connection_the_caller_cancels()
    {
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();
        var lookups = 0;
        var reconnection = new HostReconnection { Refresh = () => lookups++ };

        await Assert.CatchAsync<OperationCanceledException>(() => DialAsync(reconnection, new OperationCanceledException(), caller.Token, caller.Token));

        lookups.Should().Be(0);
        reconnection.IsAbandoned(_subchannel).Should().BeFalse();
    }

    private async Task DialAsync(HostReconnection reconnection, Exception exception, CancellationToken attempt, CancellationToken caller)
    {
        using var request = new HttpRequestMessage();
        request.Options.Set(new HttpRequestOptionsKey<Subchannel>("Subchannel"), _subchannel);
        await reconnection.DialAsync(request, () => throw exception, attempt, caller);
    }
}
