using EndpointMtls.Telemetry;
using EndpointMtls.Text;

namespace EndpointMtls.Channels;

/// <summary>Creates the generations of one channel.</summary>
/// <param name="context">The state of the channel.</param>
/// <param name="connector">Opens the connections.</param>
/// <param name="template">The handler whose callback dials. Grpc.Net.Client sets that callback later than it creates the handler.</param>
/// <param name="generations">The owner of the generations.</param>
internal sealed class GenerationFactory(
    ChannelContext context, EndpointConnector connector, SocketsHttpHandler template, ChannelGenerations generations)
{
    private readonly StallDetector _stalls = new(context.TimeProvider);
    private readonly PingInterval _pings = new();

    /// <param name="pinned">What the connections present instead of the certificates in use; <see langword="null"/> for those.</param>
    public HandlerGeneration Create(PinnedIdentity? pinned = null)
    {
        var settings = context.Realm.Definition.Channel;

        // The connector has the connect timeout, and gives the reason.
        var pingInterval = _pings.Get(settings.KeepaliveTime);
        var handler = SocketsHttpHandlerFactory.Create(Timeout.InfiniteTimeSpan, settings, pingInterval);
        var generation = new HandlerGeneration(handler, connector.Report, generations.OnIdle)
        {
            Realm = context.Realm.Name,
            Pinned = pinned,
            Stalls = _stalls,
            OnSilent = OnSilent,
        };
        var dial = template.ConnectCallback;
        handler.ConnectCallback = async (connecting, cancellationToken) =>
        {
            var request = connecting.InitialRequestMessage;
            var isProbe = HandoverProbe.IsProbe(request);
            var (stream, connection) = await EndpointActivities.ConnectAsync(
                isProbe ? null : request,
                connecting.DnsEndPoint,
                generation.Realm,
                () => connector.ConnectAsync(
                    connecting.DnsEndPoint,
                    token => dial is null ? SocketDialler.OpenTcpAsync(connecting.DnsEndPoint, token)
                        : isProbe ? dial(connecting, token)
                        : context.Destination.DialAsync(request, () => dial(connecting, token), token, cancellationToken),
                    cancellationToken,
                    generation.SelectMaterial,
                    isProbe)).ConfigureAwait(false);
            connection.Origin = ConnectionOrigin.Of(request);
            connection.OnAccepted = () => generations.OnAccepted(generation, connection);
            generation.Add(connection);
            connection.Activity.WatchPings(
                settings, timeout => OnPingTimeout(generation, connection, timeout), () => OnPingsRejected(generation, pingInterval));

            // A change during the handshake did not check this connection.
            if (connector.GetDistrustReason(connection) is { } distrust)
            {
                Abort(generation, connection, distrust);
            }

            generations.OnOpened(generation, connection);
            return stream;
        };
        context.Meter.GenerationBegan(generation.Realm);
        return generation;
    }

    private void OnSilent(HandlerGeneration generation, TimeSpan silence)
    {
        generations.Renew(generation);
        connector.Report.RecordStalled(connector.Report.CreateStalled(ConnectionFailureText.Silent(silence)));
    }

    private void OnPingTimeout(HandlerGeneration generation, TransportStream connection, TimeSpan timeout)
    {
        var stalled = connector.Report.CreateStalled(ConnectionFailureText.PingTimeout(timeout));
        Abort(generation, connection, stalled);
        connector.Report.RecordStalled(stalled);
    }

    private void OnPingsRejected(HandlerGeneration generation, TimeSpan? interval)
    {
        if (_pings.Double(interval) is { } longer)
        {
            generations.Renew(generation);
            context.Logger.PingsRejected(
                context.Destination.Name, context.Realm.Name, Duration.Format(interval!.Value), Duration.Format(longer));
        }
    }

    private void Abort(HandlerGeneration generation, TransportStream connection, EndpointConnectionException reason)
    {
        generation.Abort(connection, reason);
        connector.Report.RecordAborted(1, reason);
    }
}
