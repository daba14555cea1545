using System.Net;
using EndpointMtls.Configuration;
using Grpc.Net.Client;

namespace EndpointMtls.Channels;

/// <summary>One address.</summary>
/// <param name="address">What is dialled.</param>
/// <param name="foundAs">The name it was looked up under, which its server must have; <see langword="null"/> if it was not.</param>
internal sealed class AddressDestination(EndpointAddress address, string? foundAs = null) : Destination
{
    private readonly Dialled _dialled = new($"'{address}'", foundAs ?? address.TlsHost);
    private readonly string? _authority = foundAs is null ? null : new EndpointAddress(foundAs, address.Port).ToString();

    public override string Name => address.ToString();

    public override string Host => _dialled.Host;

    public override string? SocketPath => address.IsUnix ? address.Host : null;

    public override Dialled Dial(DnsEndPoint? endPoint) => _dialled;

    public override string? AuthorityOf(Uri uri) => _authority;

    public override string Configure(GrpcChannelOptions options, RealmDefinition realm) =>
        $"{(realm.Tls is null ? "http" : "https")}://{(address.IsUnix ? address.TlsHost : address)}";

    public override void Dispose()
    {
        // There is nothing to follow.
    }
}
