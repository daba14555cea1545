using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Grpc.Net.Client;

namespace EndpointMtls.Channels;

/// <summary>The one channel to an address, and what is known of its connections.</summary>
internal sealed class EndpointChannel : IDisposable
{
    private readonly ChannelContext _context;
    private readonly EndpointConnector _connector;
    private readonly RealmHandler _handler;
    private ChannelRotation? _rotation;

    public EndpointChannel(ChannelContext context, GrpcChannelOptions options)
    {
        _context = context;
        _connector = new EndpointConnector(context);
        _handler = new RealmHandler(context, _connector);
        options.HttpHandler = _handler;
        options.DisposeHttpClient = true;
        Channel = GrpcChannel.ForAddress(Destination.Configure(options, context.Realm.Definition), options);
        _rotation = ChannelRotation.Of(_handler, context);
    }

    public Realm Realm => _context.Realm;

    public Destination Destination => _context.Destination;

    public GrpcChannel Channel { get; }

    /// <summary>Whether the channel takes no more calls.</summary>
    public bool IsClosed => _context.Closed is not null;

    /// <summary>Whether the channel was closed, and the last call has ended.</summary>
    public bool HasDrained => _handler.HasDrained;

    public EndpointDescription Describe()
    {
        var (connection, failure) = _connector.History;
        return Describe(Destination.Name, Destination.Host, Realm) with
        {
            LastConnection = connection,
            LastFailure = failure,
            DrainingConnections = _handler.DrainingConnections,
        };
    }

    /// <summary>Describes what no connection was ever made to.</summary>
    public static EndpointDescription Describe(string name, string host, Realm realm) => new()
    {
        Address = name,
        Realm = realm.Name,
        IsStrict = realm.Definition.IsStrict,
        ServerName = realm.ServerNameOf(host),
        InsecureSkipVerify = realm.Definition.Tls?.InsecureSkipVerify ?? false,
    };

    /// <summary>Goes on by what the configuration now says of the address.</summary>
    /// <param name="realm">The realm that claims it; <see langword="null"/> if none does any more.</param>
    /// <param name="isGroup">Whether that realm takes it for a group.</param>
    /// <returns>Whether it can go on. If not, it takes no more calls, and those that are running may finish.</returns>
    public bool Follow(Realm? realm, bool isGroup)
    {
        if (realm is null)
        {
            Close("no realm claims the address since the configuration changed. Add it to a realm's 'endpoints' or 'match'");
            return false;
        }

        if (isGroup != Destination is GroupDestination || (isGroup && (realm.Name, realm.Definition.ServiceConfig?.Text) != (Realm.Name, Realm.Definition.ServiceConfig?.Text)))
        {
            Close($"the configuration changed, and in realm '{realm.Name}' the address has another '{ConfigKeys.Group}' or '{ConfigKeys.ServiceConfig}'. Get the channel anew");
            return false;
        }

        if (realm.IsPlaintext != Realm.IsPlaintext)
        {
            Close($"the configuration changed, and the address is now {(realm.IsPlaintext ? "plaintext" : "secured by TLS")} in realm '{realm.Name}'. Get the channel anew");
            return false;
        }

        var before = Realm;
        _context.Realm = realm;
        if (realm.Name != before.Name)
        {
            _context.Logger.ChannelMoved(Destination.Name, before.Name, realm.Name);
        }

        if (realm.Provider != before.Provider)
        {
            DisposeLater(_rotation);
            _rotation = ChannelRotation.Of(_handler, _context);
        }

        if (realm.Definition.Tls?.IsSameAs(before.Definition.Tls) == false || realm.Provider != before.Provider)
        {
            // What came while the rules were changing has not been judged.
            _handler.AbortUntrusted();
        }

        if (realm.Definition.Tls?.HasSameHandshakes(before.Definition.Tls!) == false || realm.Provider != before.Provider)
        {
            // Unlike other certificates, other rules do not wait for the jitter: they say what a connection must at least be.
            _handler.RotateIfOutdated();
        }

        return true;
    }

    /// <summary>Disposes the channel, as soon as this thread holds no lock.</summary>
    public void Dispose() => DeferringLock.Defer(() =>
    {
        _rotation?.Dispose();
        Channel.Dispose();
        Destination.Dispose();
    });

    /// <summary>Takes no more calls; those that are running may finish.</summary>
    public void Close(string why)
    {
        // The channel itself is not disposed: it would say no more than that it was.
        var reason = _connector.ExplainRemoval(why);
        DisposeLater(_rotation);
        _handler.Close(reason);

        // Tells those who listen to a group, Grpc.Net.Client and balancers of users among them.
        DeferringLock.Defer(() => Destination.Close(reason));
        _context.Logger.ChannelClosed(reason.Message);
    }

    // It waits for a callback that runs on another thread, which may be in a log sink.
    private static void DisposeLater(ChannelRotation? rotation) => DeferringLock.Defer(() => rotation?.Dispose());
}
