namespace EndpointMtls.Channels;

/// <summary>How often the connections of one channel send HTTP/2 pings: less often after the server has rejected them.</summary>
/// <remarks>
/// Thread-safe. gRFC A8: a client doubles its interval after GOAWAY with ENHANCE_YOUR_CALM and the debug data <c>too_many_pings</c>.
/// </remarks>
internal sealed class PingInterval
{
    private readonly Lock _doubling = new();
    private TimeSpan? _configured;
    private TimeSpan? _current;

    /// <summary>The interval of new connections.</summary>
    /// <param name="configured">The configured interval; <see langword="null"/> if no pings are sent. A change resets the interval.</param>
    public TimeSpan? Get(TimeSpan? configured)
    {
        lock (_doubling)
        {
            if (configured != _configured)
            {
                _current = _configured = configured;
            }

            return _current;
        }
    }

    /// <summary>Doubles the interval, once for all connections that have it.</summary>
    /// <param name="rejected">The interval of the connection whose pings the server rejected.</param>
    /// <returns>The longer interval; <see langword="null"/> if another connection has doubled it before.</returns>
    public TimeSpan? Double(TimeSpan? rejected)
    {
        lock (_doubling)
        {
            return rejected == _current && _current is { } current ? _current = current * 2 : null;
        }
    }
}
