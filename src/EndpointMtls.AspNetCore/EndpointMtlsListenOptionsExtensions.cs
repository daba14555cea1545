using System.Runtime.CompilerServices;
using EndpointMtls;
using EndpointMtls.AspNetCore;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Adds TLS with the certificates of a realm to endpoints of Kestrel.</summary>
/// <remarks>
/// <para>
/// Each connection uses the current certificates and rules. A change needs no restart and drops no connection. Errors at
/// the start are thrown when the application is built.
/// </para>
/// <para>
/// The first call for a server also sets <see cref="KestrelServerOptions.AllowAlternateSchemes"/> to <see langword="true"/>, because
/// Kestrel would otherwise reset the calls of many proxies. To keep the check of Kestrel, set it to <see langword="false"/> after the
/// call. With it, <c>HttpRequest.Scheme</c> is what the client sent, and does not say whether the connection uses TLS.
/// </para>
/// </remarks>
public static class EndpointMtlsListenOptionsExtensions
{
    // The servers whose default was set. A value that the application sets after the first call stays.
    private static readonly ConditionalWeakTable<KestrelServerOptions, object?> WithDefaults = [];

    /// <summary>Uses TLS with the options of <c>server</c> in the configuration.</summary>
    /// <param name="listenOptions">The endpoint of Kestrel.</param>
    /// <exception cref="InvalidOperationException">
    /// <c>services.AddEndpointMtls</c> was not called, or the configuration has no <c>server</c>.
    /// </exception>
    /// <exception cref="OptionsValidationException">The configuration, the options or their files have errors.</exception>
    /// <exception cref="NotSupportedException">HTTP/3 is enabled.</exception>
    public static ListenOptions UseEndpointMtls(this ListenOptions listenOptions) =>
        listenOptions.Use(options: null);

    /// <summary>Uses TLS with the certificate of a realm, and requires client certificates that its CA certificates verify.</summary>
    /// <param name="listenOptions">The endpoint of Kestrel.</param>
    /// <param name="realm">The name of the realm.</param>
    /// <param name="configure">Sets other options, such as <see cref="ServerTlsOptions.ClientAuthType"/>.</param>
    /// <exception cref="InvalidOperationException"><c>services.AddEndpointMtls</c> was not called.</exception>
    /// <exception cref="OptionsValidationException">The configuration, the options or their files have errors.</exception>
    /// <exception cref="NotSupportedException">HTTP/3 is enabled.</exception>
    public static ListenOptions UseEndpointMtls(this ListenOptions listenOptions, string realm, Action<ServerTlsOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(realm);
        var options = new ServerTlsOptions { Realm = realm };
        configure?.Invoke(options);
        return listenOptions.UseEndpointMtls(options);
    }

    /// <summary>Uses TLS with the given options.</summary>
    /// <param name="listenOptions">The endpoint of Kestrel.</param>
    /// <param name="options">The options. Several endpoints may share an instance.</param>
    /// <exception cref="InvalidOperationException"><c>services.AddEndpointMtls</c> was not called.</exception>
    /// <exception cref="OptionsValidationException">The configuration, the options or their files have errors.</exception>
    /// <exception cref="NotSupportedException">HTTP/3 is enabled.</exception>
    public static ListenOptions UseEndpointMtls(this ListenOptions listenOptions, ServerTlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return listenOptions.Use(options);
    }

    private static ListenOptions Use(this ListenOptions listenOptions, ServerTlsOptions? options)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        var services = listenOptions.ApplicationServices;
        if (WithDefaults.TryAdd(listenOptions.KestrelServerOptions, null))
        {
            listenOptions.KestrelServerOptions.AllowAlternateSchemes = true;
        }

        return new TlsListener(ServerTls.Get(services, options), services).Secure(listenOptions);
    }
}
