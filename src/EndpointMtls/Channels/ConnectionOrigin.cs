using System.Runtime.CompilerServices;
using EndpointMtls.Addressing;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>What a request needs to take the way of the request for which a connection was opened. Immutable.</summary>
/// <param name="Uri">The URI of that request.</param>
/// <param name="Host">Its authority; <see langword="null"/> for that of the URI.</param>
/// <param name="Subchannel">The subchannel that the balancer chose; <see langword="null"/> without a balancer.</param>
/// <param name="Address">The address of the subchannel.</param>
internal sealed record ConnectionOrigin(Uri Uri, string? Host, Subchannel? Subchannel, BalancerAddress? Address)
{
    // Grpc.Net.Client opens the connection of a request to the address in these options.
    public static readonly HttpRequestOptionsKey<Subchannel> SubchannelKey = new("Subchannel");
    public static readonly HttpRequestOptionsKey<BalancerAddress> AddressKey = new("CurrentAddress");

    // Subchannel.OnStateChanged is not thread-safe: only balancers may call it.
    private static readonly ConditionalWeakTable<Subchannel, object> ShutDown = [];

    /// <summary>The host and port of the calls on the connection.</summary>
    public EndpointAddress Authority { get; } = new(Uri.IdnHost, Uri.Port);

    /// <summary>Whether the balancer has replaced or removed the subchannel.</summary>
    public bool IsGone => Subchannel is not null && ShutDown.TryGetValue(Subchannel, out _);

    /// <summary>Call it when a balancer has disposed a subchannel.</summary>
    public static void OnShutDown(Subchannel subchannel) => ShutDown.TryAdd(subchannel, subchannel.Attributes);

    public static ConnectionOrigin Of(HttpRequestMessage request) => new(
        request.RequestUri!,
        request.Headers.Host,
        request.Options.TryGetValue(SubchannelKey, out var subchannel) ? subchannel : null,
        request.Options.TryGetValue(AddressKey, out var address) ? address : null);

    public HttpRequestMessage CreateRequest(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(Uri, path));
        request.Headers.Host = Host;
        if (Subchannel is not null && Address is not null)
        {
            request.Options.Set(SubchannelKey, Subchannel);
            request.Options.Set(AddressKey, Address);
        }

        return request;
    }
}
