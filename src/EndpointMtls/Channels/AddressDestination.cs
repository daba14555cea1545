using System.Net;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>A destination with one address.</summary>
/// <param name="address">The address to connect to.</param>
/// <param name="lookupName">
/// The DNS name that the address was resolved from, which the server certificate must have; <see langword="null"/> if it was not resolved.
/// </param>
/// <param name="isDiscovered">Whether the address was discovered, and may be removed while its server is down.</param>
internal sealed class AddressDestination(EndpointAddress address, string? lookupName = null, bool isDiscovered = false) : Destination
{
    private readonly TaskCompletionSource<EndpointConnectionException> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DialTarget _target = new($"'{address}'", lookupName ?? address.TlsHost);
    private readonly string? _authority = lookupName is null ? null : new EndpointAddress(lookupName, address.Port).ToString();

    public override string Name => address.ToString();

    public override string Host => _target.Host;

    public override string? SocketPath => address.IsUnix ? address.Host : null;

    public override DialTarget GetDialTarget(DnsEndPoint? endPoint) => _target;

    public override string? AuthorityOf(Uri uri) => _authority;

    public override string Configure(GrpcChannelOptions options, RealmDefinition realm)
    {
        if (!isDiscovered || address.IsUnix)
        {
            return $"{(realm.Tls is null ? "http" : "https")}://{(address.IsUnix ? address.TlsHost : address)}";
        }

        options.Credentials = realm.Tls is null ? ChannelCredentials.Insecure : ChannelCredentials.SecureSsl;
        options.ServiceProvider = new ResolverServices(
            new AddressResolverFactory(new BalancerAddress(address.Host, address.Port), _closed.Task), options.ServiceProvider);
        return $"{AddressResolverFactory.Scheme}:///{Uri.EscapeDataString(Name)}";
    }

    public override void Close(EndpointConnectionException reason) => _closed.TrySetResult(reason);

    public override void Dispose()
    {
        // It owns no lookup.
    }
}
