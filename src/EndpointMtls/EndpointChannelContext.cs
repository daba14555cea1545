namespace EndpointMtls;

/// <summary>The channel that <see cref="EndpointMtlsOptions.ConfigureChannel"/> configures. Immutable.</summary>
public sealed class EndpointChannelContext
{
    internal EndpointChannelContext(string address, string realm) => (Address, Realm) = (address, realm);

    /// <summary>The normal form of the address, as in <see cref="EndpointDescription.Address"/>.</summary>
    public string Address { get; }

    /// <summary>The name of the realm that the address belongs to when the channel is created.</summary>
    public string Realm { get; }
}
