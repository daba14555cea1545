using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Grpc.Net.Client;

namespace EndpointMtls.Channels;

/// <summary>The channel to one destination, and the description of its connections.</summary>
internal sealed class EndpointChannel : IDisposable
{
    private readonly ChannelContext _context;
    private readonly EndpointConnector _connector;
    private readonly ChannelGenerations _generations;
    private readonly Action<EndpointChannel> _onDisposedByCaller;
    private ChannelRotation? _rotation;
    private volatile bool _isDisposedByOwner;

    /// <param name="context">The state of the channel.</param>
    /// <param name="options">The options of the channel. Transport and credentials are added here.</param>
    /// <param name="onDisposedByCaller">Called once if another than the owner disposes the <see cref="Channel"/>.</param>
    public EndpointChannel(ChannelContext context, GrpcChannelOptions options, Action<EndpointChannel> onDisposedByCaller)
    {
        (_context, _onDisposedByCaller) = (context, onDisposedByCaller);
        context.Disposed += OnDisposed;
        _connector = new EndpointConnector(context);
        var handler = new RealmHandler(context, _connector);
        _generations = handler.Generations;
        options.HttpHandler = handler;
        options.DisposeHttpClient = true;
        var address = Destination.Configure(options, context.Realm.Definition);
        options.ServiceProvider = new ReportingServices(context, _connector.Report, options.ServiceProvider);
        Channel = GrpcChannel.ForAddress(address, options);
        _rotation = ChannelRotation.Start(_generations, context);
    }

    public Realm Realm => _context.Realm;

    public Destination Destination => _context.Destination;

    public GrpcChannel Channel { get; }

    /// <summary>Whether the channel rejects new calls.</summary>
    public bool IsClosed => _context.Closed is not null;

    /// <summary>Whether the owner or a caller has disposed the channel.</summary>
    public bool IsDisposed => _context.IsDisposed;

    /// <summary>Whether the channel is neither closed nor disposed.</summary>
    public bool IsUsable => !IsClosed && !IsDisposed;

    /// <summary>Whether the channel is closed and its last connection has closed, or it is disposed.</summary>
    public bool HasDrained => IsDisposed || _generations.HasDrained;

    public EndpointDescription Describe()
    {
        var (connection, failure) = _connector.Report.History;
        return Describe(Destination.Name, Destination.Host, Realm) with
        {
            LastConnection = connection,
            LastFailure = failure,
            RotationFailure = _context.FailedRotations.Find(_context),
            DrainingConnections = _generations.DrainingConnections,
        };
    }

    /// <summary>Describes a destination without a channel.</summary>
    public static EndpointDescription Describe(string name, string host, Realm realm) => new()
    {
        Address = name,
        Realm = realm.Name,
        IsStrict = realm.Definition.IsStrict,
        ServerName = realm.ServerNameOf(host),
        InsecureSkipVerify = realm.Definition.Tls?.InsecureSkipVerify ?? false,
        AllowWeakCertificates = realm.Definition.Tls?.AllowWeakCertificates ?? false,
    };

    /// <summary>Applies a new configuration. Closes the channel if it cannot be applied to an existing channel.</summary>
    /// <remarks>It has no effect on a disposed channel.</remarks>
    /// <param name="realm">The realm that matches the destination now; <see langword="null"/> if none does.</param>
    /// <param name="isGroup">Whether the realm lists the destination as a group.</param>
    /// <returns>Whether the channel stays open.</returns>
    public bool TryUpdate(Realm? realm, bool isGroup)
    {
        if (IsDisposed)
        {
            return false;
        }

        if (realm is null)
        {
            Close("after a change of the configuration, no realm matches the address. Add it to a realm's 'endpoints' or 'match'");
            return false;
        }

        if (isGroup && realm.Name != Realm.Name)
        {
            Close($"after a change of the configuration, the group belongs to realm '{realm.Name}'. Get the channel again");
            return false;
        }

        if (isGroup != Destination is GroupDestination || (isGroup && !HasSameServiceConfig(realm)))
        {
            Close(
                $"the configuration changed '{ConfigKeys.Group}' or '{ConfigKeys.ServiceConfig}' of the address in realm '{realm.Name}'. " +
                "Get the channel again");
            return false;
        }

        if (!realm.Definition.Channel.HasSameChannels(Realm.Definition.Channel))
        {
            Close(
                $"the configuration changed '{ConfigKeys.MaxSendMessageSize}' or '{ConfigKeys.MaxReceiveMessageSize}' of the address " +
                $"in realm '{realm.Name}'. Get the channel again");
            return false;
        }

        if (realm.IsPlaintext != Realm.IsPlaintext)
        {
            Close(
                $"the configuration changed, and the address is now {(realm.IsPlaintext ? "plaintext" : "secured by TLS")} " +
                $"in realm '{realm.Name}'. Get the channel again");
            return false;
        }

        Apply(realm);
        return true;
    }

    /// <summary>Disposes the channel, as soon as this thread holds no lock.</summary>
    public void Dispose()
    {
        _isDisposedByOwner = true;
        DeferringLock.Defer(() =>
        {
            _rotation?.Dispose();
            Channel.Dispose();
            Destination.Dispose();
        });
    }

    /// <summary>Rejects new calls. Running calls may finish within the drain timeout.</summary>
    /// <param name="reason">The reason and the fix, as a sentence without a full stop.</param>
    public void Close(string reason)
    {
        if (IsDisposed)
        {
            return;
        }

        // The GrpcChannel is not disposed: its calls would fail with an ObjectDisposedException in place of the reason.
        var exception = _connector.Report.CreateRealmRemoved(reason);
        DisposeLater(_rotation);
        _generations.Close(exception);

        // A group notifies its listeners, including Grpc.Net.Client and balancers of the application.
        DeferringLock.Defer(() => Destination.Close(exception));
        _context.Logger.ChannelClosed(exception.Message);
    }

    // Grpc.Net.Client disposes the handler together with the channel.
    private void OnDisposed()
    {
        if (!_isDisposedByOwner)
        {
            _rotation?.Dispose();
            Destination.Dispose();
            _onDisposedByCaller(this);
        }
    }

    private bool HasSameServiceConfig(Realm realm) => realm.Definition.ServiceConfig?.Text == Realm.Definition.ServiceConfig?.Text;

    private void Apply(Realm realm)
    {
        var before = Realm;
        _context.Realm = realm;
        if (realm.Name != before.Name)
        {
            _context.Logger.ChannelMoved(Destination.Name, before.Name, realm.Name);
        }

        var isOtherProvider = realm.Provider != before.Provider;
        if (isOtherProvider)
        {
            DisposeLater(_rotation);
            _rotation = ChannelRotation.Start(_generations, _context);
        }

        if (isOtherProvider || realm.Definition.Tls?.IsSameAs(before.Definition.Tls) == false)
        {
            // Connections are not verified while the rules change.
            _generations.AbortUntrusted();
        }

        if (isOtherProvider || realm.Definition.Tls?.HasSameHandshakes(before.Definition.Tls!) == false)
        {
            // The jitter delays new certificates only. New rules apply immediately.
            _generations.RotateIfOutdated();
        }

        if (!realm.Definition.Channel.HasSameConnections(before.Definition.Channel))
        {
            _generations.RenewAll();
        }
    }

    // Disposal waits for a callback on another thread, which may run a log sink.
    private static void DisposeLater(ChannelRotation? rotation) => DeferringLock.Defer(() => rotation?.Dispose());
}
