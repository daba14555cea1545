using EndpointMtls.Configuration;
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
        Channel = GrpcChannel.ForAddress($"{(context.Realm.IsPlaintext ? "http" : "https")}://{(context.Address.IsUnix ? context.Address.TlsHost : context.Address)}", options);
        _rotation = ChannelRotation.Of(_handler, context);
    }

    public Realm Realm => _context.Realm;

    public GrpcChannel Channel { get; }

    /// <summary>Whether the channel was closed, and the last call has ended.</summary>
    public bool HasEnded => _handler.HasEnded;

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
        InsecureSkipVerify = realm.Definition.Tls?.InsecureSkipVerify ?? false,
    };

    /// <summary>Goes on by what the configuration now says of the address.</summary>
    /// <param name="realm">The realm that claims it; <see langword="null"/> if none does any more.</param>
    /// <returns>Whether it can go on. If not, it takes no more calls, and those that are running may finish.</returns>
    public bool Follow(Realm? realm)
    {
        if (realm is null)
        {
            Close("no realm claims the address since the configuration changed. Add it to a realm's 'endpoints' or 'match'");
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
            Telling.Safely(() => _context.Logger.ChannelMoved(_context.Address.ToString(), before.Name, realm.Name));
        }

        if (realm.Provider != before.Provider)
        {
            _rotation?.Dispose();
            _rotation = ChannelRotation.Of(_handler, _context);
        }

        if (realm.Definition.Tls?.IsSameAs(before.Definition.Tls) == false || realm.Provider != before.Provider)
        {
            // What came while the rules were changing has not been judged.
            _handler.CutUntrusted();
        }

        if (realm.Definition.Tls?.ConnectsLike(before.Definition.Tls!) == false || realm.Provider != before.Provider)
        {
            // Unlike other certificates, other rules do not wait for the jitter: they say what a connection must at least be.
            _handler.RenewIfOutdated();
        }

        return true;
    }

    public void Dispose()
    {
        _rotation?.Dispose();
        Channel.Dispose();
    }

    private void Close(string why)
    {
        // The channel itself is not disposed: it would say no more than that it was.
        var reason = _connector.ExplainRemoval(why);
        _rotation?.Dispose();
        _handler.Close(reason);
        Telling.Safely(() => _context.Logger.ChannelClosed(reason.Message));
    }
}
