using Microsoft.Extensions.Primitives;

namespace EndpointMtls;

/// <summary>The endpoints that there are now: listed or discovered, each with its realm, its health and its channel.</summary>
/// <remarks>
/// Thread-safe. Registered by <c>AddEndpointSet</c>, and at work from the start of the host until the container is
/// disposed; without a host, from its first use.
/// </remarks>
public interface IEndpointSet
{
    /// <summary>The set as it is now. Reading it takes no lock, and what was read stays as it was.</summary>
    EndpointSetSnapshot Current { get; }

    /// <summary>
    /// Gets a token that signals once, when endpoints have come, gone, or changed: their health, their last error, what a
    /// probe told, how they were found. That another probe went as the one before is not signalled.
    /// </summary>
    /// <remarks>For every change, use <see cref="ChangeToken.OnChange(Func{IChangeToken}, Action)"/>. Listeners run one after the other, on a thread of the pool.</remarks>
    IChangeToken GetChangeToken();
}
