using System.Net;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>One address.</summary>
/// <param name="address">What is dialled.</param>
/// <param name="foundAs">The name it was looked up under, which its server must have; <see langword="null"/> if it was not.</param>
/// <param name="mayLeave">Whether it was discovered, and may leave while its server is down.</param>
internal sealed class AddressDestination(EndpointAddress address, string? foundAs = null, bool mayLeave = false) : Destination
{
    private readonly TaskCompletionSource<EndpointConnectionException> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DialTarget _dialled = new($"'{address}'", foundAs ?? address.TlsHost);
    private readonly string? _authority = foundAs is null ? null : new EndpointAddress(foundAs, address.Port).ToString();

    public override string Name => address.ToString();

    public override string Host => _dialled.Host;

    public override string? SocketPath => address.IsUnix ? address.Host : null;

    public override DialTarget Dial(DnsEndPoint? endPoint) => _dialled;

    public override string? AuthorityOf(Uri uri) => _authority;

    public override string Configure(GrpcChannelOptions options, RealmDefinition realm)
    {
        if (!mayLeave || address.IsUnix)
        {
            return $"{(realm.Tls is null ? "http" : "https")}://{(address.IsUnix ? address.TlsHost : address)}";
        }

        options.Credentials = realm.Tls is null ? ChannelCredentials.Insecure : ChannelCredentials.SecureSsl;
        options.ServiceProvider = new ResolverServices(new AddressResolverFactory(new BalancerAddress(address.Host, address.Port), _closed.Task), options.ServiceProvider);
        return $"{AddressResolverFactory.Scheme}:///{Uri.EscapeDataString(Name)}";
    }

    public override void Close(EndpointConnectionException reason) => _closed.TrySetResult(reason);

    public override void Dispose()
    {
        // There is nothing to follow.
    }
}
