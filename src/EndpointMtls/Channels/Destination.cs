using System.Net;
using EndpointMtls.Configuration.Model;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace EndpointMtls.Channels;

/// <summary>What a channel connects to: one address, or the addresses of a group.</summary>
internal abstract class Destination : IDisposable
{
    /// <summary>The name in errors, logs and descriptions.</summary>
    public abstract string Name { get; }

    /// <summary>The name that the server certificate must have unless the realm sets <c>server_name</c>.</summary>
    public abstract string Host { get; }

    /// <summary>The path of the Unix domain socket; <see langword="null"/> for a host.</summary>
    public virtual string? SocketPath => null;

    /// <summary>Why no call can be sent now; <see langword="null"/> if calls can be sent.</summary>
    public virtual EndpointConnectionException? UnavailableReason => null;

    /// <summary>Gets the target of one connection.</summary>
    /// <param name="endPoint">The end point to connect to; <see langword="null"/> for the channel as a whole.</param>
    public abstract DialTarget GetDialTarget(DnsEndPoint? endPoint);

    /// <summary>Gets the HTTP authority of calls to a URI; <see langword="null"/> if it is the authority of the URI.</summary>
    public abstract string? AuthorityOf(Uri uri);

    /// <summary>Sets the channel options that the destination needs.</summary>
    /// <returns>The address to create the channel with.</returns>
    public abstract string Configure(GrpcChannelOptions options, RealmDefinition realm);

    /// <summary>Opens the connection of a request, by default to the address that the balancer chose for it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="dial">Opens a connection to the address in the options of the request.</param>
    /// <param name="attempt">Cancelled after the connect timeout, or by the caller.</param>
    /// <param name="cancellationToken">Cancelled by the caller.</param>
    public virtual ValueTask<Stream> DialAsync(
        HttpRequestMessage request, Func<ValueTask<Stream>> dial, CancellationToken attempt, CancellationToken cancellationToken) => dial();

    /// <summary>Stops lookups, and fails the calls that wait for an address.</summary>
    public virtual void Close(EndpointConnectionException reason) => Dispose();

    public abstract void Dispose();

    /// <summary>Copies a service config, and adds a load balancing policy if it has none.</summary>
    protected static ServiceConfig WithBalancing(ServiceConfig? config, LoadBalancingConfig defaultPolicy)
    {
        var balanced = new ServiceConfig { RetryThrottling = config?.RetryThrottling };
        foreach (var method in config?.MethodConfigs ?? [])
        {
            balanced.MethodConfigs.Add(method);
        }

        foreach (var policy in config is { LoadBalancingConfigs.Count: > 0 } ? config.LoadBalancingConfigs : [defaultPolicy])
        {
            balanced.LoadBalancingConfigs.Add(policy);
        }

        return balanced;
    }
}

/// <summary>The target of one connection.</summary>
/// <param name="DisplayName">The name in messages, in quotes.</param>
/// <param name="Host">The name that the server certificate must have unless the realm sets <c>server_name</c>.</param>
internal readonly record struct DialTarget(string DisplayName, string Host);
