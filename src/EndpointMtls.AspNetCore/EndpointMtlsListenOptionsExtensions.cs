using EndpointMtls;
using EndpointMtls.AspNetCore;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Secures what Kestrel listens on with the certificates of a realm.</summary>
/// <remarks>
/// Certificates and rules are asked for at every connection: nothing is restarted when they change, and no connection is
/// dropped. What is wrong with them at the start is thrown when the application is built. <c>services.AddEndpointMtls</c> must have been
/// called. HTTP/3 is refused.
/// </remarks>
public static class EndpointMtlsListenOptionsExtensions
{
    /// <summary>Secures what Kestrel listens on as <c>server</c> in the configuration says.</summary>
    /// <param name="listenOptions">What Kestrel listens on.</param>
    public static ListenOptions UseEndpointMtls(this ListenOptions listenOptions) =>
        listenOptions.Use(options: null);

    /// <summary>Secures what Kestrel listens on with the certificate of a realm, and lets in whom its authorities vouch for.</summary>
    /// <param name="listenOptions">What Kestrel listens on.</param>
    /// <param name="realm">The realm.</param>
    /// <param name="configure">Changes more than the realm.</param>
    public static ListenOptions UseEndpointMtls(this ListenOptions listenOptions, string realm, Action<ServerTlsOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(realm);
        var options = new ServerTlsOptions { Realm = realm };
        configure?.Invoke(options);
        return listenOptions.UseEndpointMtls(options);
    }

    /// <summary>Secures what Kestrel listens on as options say.</summary>
    /// <param name="listenOptions">What Kestrel listens on.</param>
    /// <param name="options">The options. The same instance may be used for several places to listen on.</param>
    public static ListenOptions UseEndpointMtls(this ListenOptions listenOptions, ServerTlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return listenOptions.Use(options);
    }

    private static ListenOptions Use(this ListenOptions listenOptions, ServerTlsOptions? options)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        var services = listenOptions.ApplicationServices;
        return new TlsListener(ServerTls.Get(services, options), services).Secure(listenOptions);
    }
}
