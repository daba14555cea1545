using System.Net;
using System.Net.Sockets;
using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Discovery;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace EndpointMtls.Channels;

/// <summary>
/// A destination with one host name, whose addresses are tried until one accepts the connection; or with an IPv6 address and its zone.
/// </summary>
internal sealed class HostDestination(EndpointAddress address, string realm, LookupContext context) : Destination
{
    private readonly TaskCompletionSource<EndpointConnectionException> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DialTarget _target = new($"'{address}'", address.TlsHost);
    private readonly EndpointAddress _authority = new(address.TlsHost, address.Port);
    private readonly HostReconnection _reconnection = new();
    private TimeSpan _lookupTimeout;

    public override string Name => address.ToString();

    public override string Host => address.TlsHost;

    public TimeProvider TimeProvider => context.TimeProvider;

    /// <summary>Completed when the channel is closed, with the reason.</summary>
    public Task<EndpointConnectionException> Closed => _closed.Task;

    /// <inheritdoc/>
    /// <remarks>The handler has the name in place of the address that the balancer chose.</remarks>
    public override DialTarget GetDialTarget(DnsEndPoint? endPoint) => endPoint is null || endPoint.Host == _authority.Host
        ? _target
        : _target with { DisplayName = $"'{address}' ({endPoint.Host}:{endPoint.Port})" };

    /// <inheritdoc/>
    /// <remarks>Balancers of the application put the address into the URI.</remarks>
    public override string? AuthorityOf(Uri uri) =>
        uri.IdnHost == _authority.Host ? null : uri.IsDefaultPort && !_authority.IsIP ? _authority.Host : _authority.ToString();

    public override string Configure(GrpcChannelOptions options, RealmDefinition realm)
    {
        _lookupTimeout = realm.Channel.ConnectTimeout;
        var isBalancedByApplication = options.ServiceConfig is { LoadBalancingConfigs.Count: > 0 };
        var longest = options.MaxReconnectBackoff ?? TimeSpan.MaxValue;
        var backoff = (options.InitialReconnectBackoff < longest ? options.InitialReconnectBackoff : longest, longest);
        options.Credentials = realm.Tls is null ? ChannelCredentials.Insecure : ChannelCredentials.SecureSsl;
        options.ServiceProvider = new ResolverServices(
            new HostResolverFactory(CreateResolver),
            options.ServiceProvider,
            new HappyEyeballsBalancerFactory(_reconnection, TimeProvider));
        options.ServiceConfig = WithBalancing(options.ServiceConfig, new LoadBalancingConfig(HappyEyeballsBalancer.Policy));
        return $"{HostResolverFactory.Scheme}://{_authority}";

        HostResolver CreateResolver()
        {
            var resolver = new HostResolver(this, backoff);
            _reconnection.Refresh = isBalancedByApplication ? null : resolver.Refresh;
            return resolver;
        }
    }

    public override ValueTask<Stream> DialAsync(
        HttpRequestMessage request, Func<ValueTask<Stream>> dial, CancellationToken attempt, CancellationToken cancellationToken) =>
        _reconnection.DialAsync(request, dial, attempt, cancellationToken);

    /// <summary>Looks the name up.</summary>
    /// <exception cref="EndpointConnectionException">The name has no addresses, or its lookup failed or timed out.</exception>
    /// <exception cref="OperationCanceledException">The lookup was cancelled.</exception>
    public async Task<IPAddress[]> LookUpAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_lookupTimeout, TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            using var activity = EndpointActivities.StartLookup(address.Host);
            var addresses = await context.LookUpHost(address.Host).WaitOrAbandonAsync(either.Token).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw CreateNameNotResolved("it has no addresses", null);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw CreateNameNotResolved(exception.Message.TrimEnd('.'), exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw CreateNameNotResolved($"no response within {Duration.Format(_lookupTimeout)}", exception);
        }
    }

    /// <summary>Converts an address to that of a subchannel. Brackets are the form that URIs have.</summary>
    public BalancerAddress ToBalancerAddress(IPAddress ip) =>
        new(ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : ip.ToString(), address.Port);

    public override void Close(EndpointConnectionException reason) => _closed.TrySetResult(reason);

    public override void Dispose()
    {
        // The channel disposes its resolver.
    }

    private EndpointConnectionException CreateNameNotResolved(string problem, Exception? inner) => new(
        ConnectionFailureReason.NameNotResolved, realm, Name, TimeProvider.GetUtcNow(),
        $"Endpoint '{Name}' of realm '{realm}': {ConnectionFailureText.NameNotResolved(problem)}.",
        inner);
}
