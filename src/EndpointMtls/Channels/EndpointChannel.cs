using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using Grpc.Net.Client;

namespace EndpointMtls.Channels;

/// <summary>The one channel to an address, and what is known of its connections.</summary>
internal sealed class EndpointChannel : IDisposable
{
    private readonly ChannelContext _context;
    private readonly EndpointConnector _connector;
    private readonly RealmHandler _handler;
    private readonly ChannelRotation? _rotation;

    public EndpointChannel(ChannelContext context, GrpcChannelOptions options)
    {
        _context = context;
        _connector = new EndpointConnector(context);
        _handler = new RealmHandler(context, _connector);
        options.HttpHandler = _handler;
        options.DisposeHttpClient = true;
        Channel = GrpcChannel.ForAddress($"{(context.Realm.Definition.Tls is null ? "http" : "https")}://{context.Address}", options);
        _rotation = context.Realm is { Provider: { } provider, Definition.Tls: { } tls }
            ? new ChannelRotation(_handler, provider, tls.SwapJitter, context.TimeProvider)
            : null;
    }

    public Realm Realm => _context.Realm;

    public GrpcChannel Channel { get; }

    public EndpointDescription Describe()
    {
        var (connection, failure) = _connector.History;
        return Describe(_context.Address, Realm) with
        {
            LastConnection = connection,
            LastFailure = failure,
            DrainingConnections = _handler.DrainingConnections,
        };
    }

    public static EndpointDescription Describe(EndpointAddress address, Realm realm) => new()
    {
        Address = address.ToString(),
        Realm = realm.Name,
        Mode = realm.Definition.Mode,
        ServerName = realm.ServerNameOf(address),
    };

    public void Dispose()
    {
        _rotation?.Dispose();
        Channel.Dispose();
    }
}
