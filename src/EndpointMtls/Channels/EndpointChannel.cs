using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>The one channel to an address, and what is known of its connections.</summary>
internal sealed class EndpointChannel : IDisposable
{
    private readonly EndpointAddress _address;
    private readonly EndpointConnector _connector;

    public EndpointChannel(EndpointAddress address, Realm realm, GrpcChannelOptions options, TimeProvider timeProvider, ILoggerFactory loggerFactory)
    {
        _address = address;
        Realm = realm;
        _connector = new EndpointConnector(address, realm, timeProvider, loggerFactory.CreateLogger<EndpointConnector>());
        options.HttpHandler = new RealmHandler(_connector);
        options.DisposeHttpClient = true;
        Channel = GrpcChannel.ForAddress($"{(realm.Definition.Tls is null ? "http" : "https")}://{address}", options);
    }

    public Realm Realm { get; }

    public GrpcChannel Channel { get; }

    public EndpointDescription Describe()
    {
        var (connection, failure) = _connector.History;
        return Describe(_address, Realm, connection, failure);
    }

    public static EndpointDescription Describe(
        EndpointAddress address, Realm realm, ConnectionDescription? connection, EndpointConnectionException? failure) =>
        new()
        {
            Address = address.ToString(),
            Realm = realm.Name,
            Mode = realm.Definition.Mode,
            ServerName = realm.ServerNameOf(address),
            LastConnection = connection,
            LastFailure = failure,
        };

    public void Dispose() => Channel.Dispose();
}
