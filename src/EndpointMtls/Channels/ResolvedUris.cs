using System.Net;
using System.Runtime.CompilerServices;

namespace EndpointMtls.Channels;

/// <summary>The URI of a request with the address in place of the host name.</summary>
/// <remarks>
/// Grpc.Net.Client writes the address into the URI of each request, which creates two objects and parses the URI. It does not if the URI
/// already has the address. <see cref="RealmHandler"/> restores the host name, which is the authority.
/// </remarks>
/// <param name="named">The URI with the host name.</param>
/// <param name="text">The URI with the address.</param>
internal sealed class ResolvedUri(Uri named, string text) : Uri(text)
{
    public Uri Named => named;
}

/// <summary>The URIs of one address. Grpc.Net.Client has one URI for each method. Thread-safe.</summary>
internal sealed class ResolvedUris(DnsEndPoint address)
{
    private readonly ConditionalWeakTable<Uri, ResolvedUri> _uris = [];

    /// <summary>Replaces the URI of a request.</summary>
    public void Apply(HttpRequestMessage? request)
    {
        // If a connection closes before a call is sent, its request has the URI of another address.
        if (request?.RequestUri is { } uri)
        {
            request.RequestUri = _uris.GetValue((uri as ResolvedUri)?.Named ?? uri, Create);
        }
    }

    private ResolvedUri Create(Uri named) => new(named, new UriBuilder(named) { Host = address.Host }.Uri.AbsoluteUri);
}
