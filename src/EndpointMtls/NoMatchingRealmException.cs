namespace EndpointMtls;

/// <summary>The exception that is thrown when no realm matches an address. No connection is made: there is no default realm.</summary>
public sealed class NoMatchingRealmException : InvalidOperationException
{
    internal NoMatchingRealmException(string address, string message) : base(message) => Address = address;

    /// <summary>The address that was requested.</summary>
    public string Address { get; }
}
