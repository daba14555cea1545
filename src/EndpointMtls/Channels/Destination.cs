using System.Net;
using EndpointMtls.Configuration.Model;
using Grpc.Net.Client;

namespace EndpointMtls.Channels;

/// <summary>Where a channel leads, what to call it, and which name its server must have.</summary>
internal abstract class Destination : IDisposable
{
    /// <summary>What it is called in errors, logs and descriptions.</summary>
    public abstract string Name { get; }

    /// <summary>The name expected of the server unless the realm says another.</summary>
    public abstract string Host { get; }

    /// <summary>The path of the socket, if it is one.</summary>
    public virtual string? SocketPath => null;

    /// <summary>Why no call can be sent there now; <see langword="null"/> if one can.</summary>
    public virtual EndpointConnectionException? UnavailableReason => null;

    /// <summary>What a connection leads to.</summary>
    /// <param name="endPoint">What is being dialled; <see langword="null"/> to speak of the channel as a whole.</param>
    public abstract DialTarget Dial(DnsEndPoint? endPoint);

    /// <summary>What calls are addressed to, where that is not what is dialled.</summary>
    public abstract string? AuthorityOf(Uri uri);

    /// <summary>Prepares the options of its channel.</summary>
    /// <returns>The address to create the channel with.</returns>
    public abstract string Configure(GrpcChannelOptions options, RealmDefinition realm);

    /// <summary>Is led to no more: nothing is looked up any longer, and who waits is told why.</summary>
    public virtual void Close(EndpointConnectionException reason) => Dispose();

    public abstract void Dispose();
}

/// <summary>What one connection leads to.</summary>
/// <param name="Text">What to call it, in quotes.</param>
/// <param name="Host">The name expected of the server unless the realm says another.</param>
internal readonly record struct DialTarget(string Text, string Host);
