using Microsoft.Extensions.Primitives;

namespace EndpointMtls;

/// <summary>The current endpoints, listed or discovered, each with its realm, health and channel.</summary>
/// <remarks>
/// Thread-safe. <c>AddEndpointSet</c> registers it. It starts with the host or, without a host, at first use, and stops when the
/// container is disposed. After that, it is empty.
/// </remarks>
public interface IEndpointSet
{
    /// <summary>The current snapshot. It is immutable, and reading it takes no lock.</summary>
    EndpointSetSnapshot Current { get; }

    /// <summary>Gets a token that signals the next change of the endpoints.</summary>
    /// <remarks>
    /// <para>
    /// A change is: discovery or a reload changes the endpoints, or the health, last error, probe result or members of an endpoint
    /// change. A probe with the same result as the one before is no change.
    /// </para>
    /// <para>
    /// To observe all changes, use <see cref="ChangeToken.OnChange(Func{IChangeToken}, Action)"/>. Callbacks run one at a time, on a
    /// thread of the thread pool.
    /// </para>
    /// </remarks>
    IChangeToken GetChangeToken();
}
