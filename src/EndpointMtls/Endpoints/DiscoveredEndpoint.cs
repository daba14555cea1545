using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>An endpoint as it was found: where it is, whom it belongs to, and by what.</summary>
/// <param name="Realm">The realm that found it.</param>
/// <param name="Target">What is listed.</param>
/// <param name="Found">One of the addresses the target leads to; <see langword="null"/> if the target itself is the endpoint.</param>
/// <param name="Source">Where it was found.</param>
/// <param name="Labels">The labels it was found with.</param>
internal sealed record DiscoveredEndpoint(Realm Realm, EndpointTarget Target, DiscoveredAddress? Found, string Source, IReadOnlyDictionary<string, string> Labels)
{
    public string Address { get; } = Found is { } found ? found.Address.ToString() : Target.Normal;

    /// <summary>Whether the realm itself lists it, so that it has the same channel as for everybody who asks for its address.</summary>
    public bool IsListed => Source == ConfigKeys.Endpoints;

    public bool IsGroup => Found is null && Realm.Definition.IsGroup(Target);

    /// <summary>What makes it the same endpoint, however often it is found.</summary>
    public EndpointKey Key => new(Realm.Name, Address, Found?.Host, IsListed, IsGroup);

    /// <summary>Makes a channel for it alone.</summary>
    public EndpointChannel CreateChannel(EndpointChannelBuilder maker) => Found is { } found ? maker.Create(found, Realm) : maker.Create(Target, Realm, isDiscovered: true);
}

/// <summary>What makes two findings the same endpoint.</summary>
internal readonly record struct EndpointKey(string Realm, string Address, string? Host, bool IsListed, bool IsGroup);
