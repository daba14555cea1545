using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>An endpoint that a realm lists or discovers.</summary>
/// <param name="Realm">The realm.</param>
/// <param name="Target">The target in the configuration or in a file.</param>
/// <param name="Resolved">One of the addresses of the target; <see langword="null"/> if the target itself is the endpoint.</param>
/// <param name="Source">The public source: see <see cref="GrpcEndpoint.Source"/>.</param>
/// <param name="Labels">The labels of its group in a file.</param>
internal sealed record DiscoveredEndpoint(
    Realm Realm, EndpointTarget Target, DiscoveredAddress? Resolved, string Source, IReadOnlyDictionary<string, string> Labels)
{
    public string Address { get; } = Resolved is { } resolved ? resolved.Address.ToString() : Target.Normal;

    /// <summary>Whether the realm itself lists it. It then shares the channel of <see cref="EndpointChannelFactory"/>.</summary>
    public bool IsListed => Source == ConfigKeys.Endpoints;

    public bool IsGroup => Resolved is null && Realm.Definition.IsGroup(Target);

    /// <summary>Identifies the endpoint from one search to the next.</summary>
    public EndpointKey Key => new(Realm.Name, Address, Resolved?.Host, IsListed, IsGroup);

    /// <summary>Creates a channel that is not shared.</summary>
    public EndpointChannel CreateChannel(EndpointChannelBuilder builder) =>
        Resolved is { } resolved ? builder.Create(resolved, Realm) : builder.Create(Target, Realm, isDiscovered: true);
}

/// <summary>Identifies an endpoint from one search to the next.</summary>
internal readonly record struct EndpointKey(string Realm, string Address, string? Host, bool IsListed, bool IsGroup);
