namespace EndpointMtls.Channels;

/// <summary>The host and port of a connection, as in the URI of its calls.</summary>
internal readonly record struct Authority
{
    public Authority(string host, int port) => (Host, Port) = (host.ToLowerInvariant(), port);

    public string Host { get; }

    public int Port { get; }

    public static Authority Of(Uri uri) => new(uri.IdnHost, uri.Port);
}
