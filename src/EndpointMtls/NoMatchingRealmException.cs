namespace EndpointMtls;

/// <summary>Thrown when an address belongs to no realm. Nothing is dialled: there is no default realm.</summary>
public sealed class NoMatchingRealmException : InvalidOperationException
{
    internal NoMatchingRealmException(string address, string message) : base(message) => Address = address;

    /// <summary>The address that was asked for.</summary>
    public string Address { get; }
}
