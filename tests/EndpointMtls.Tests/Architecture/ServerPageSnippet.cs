using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Architecture;

/// <summary>The code of docs/server.md, which compiles here; <see cref="ServerPageTests"/> compares the lines.</summary>
internal static class ServerPageSnippet
{
    public static void Secure(WebApplicationBuilder builder)
    {
        builder.Services.AddEndpointMtls("endpoints.yaml");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(10901, listen => listen.UseEndpointMtls()));
    }

    public static void Authorize(WebApplicationBuilder builder, WebApplication application)
    {
        builder.Services.AddAuthentication().AddEndpointMtls();
        builder.Services.AddAuthorization(options => options.AddPolicy("stores", policy => policy.RequireClientSan("spiffe://prod.example/ns/store/*")));
        // … for a gRPC service, [Authorize(Policy = "stores")]; for mapped endpoints:
        application.MapGet("/metrics", () => "up 1").RequireAuthorization(policy => policy.RequireClientRealm("remote-eu"));
    }

    public static void RequireTokenAsWell(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication("Bearer").AddEndpointMtls(); // and the scheme "Bearer", for example with AddJwtBearer()
        builder.Services.AddAuthorization(options => options.AddPolicy("stores-with-token", policy =>
            policy.RequireAuthenticatedUser().RequireClientSan("spiffe://prod.example/ns/store/*")));
    }

    public static void KeepTheCheckOfSchemes(ListenOptions listen)
    {
        listen.UseEndpointMtls();
        listen.KestrelServerOptions.AllowAlternateSchemes = false;
    }

    public static void Otherwise(ListenOptions listen)
    {
        listen.UseEndpointMtls("remote-eu"); // the certificate and CA certificates of a realm; every client needs a certificate
        listen.UseEndpointMtls("remote-eu", server => server.ClientAllowedSans.Add("*.queriers.example.com"));
        listen.UseEndpointMtls(new ServerTlsOptions { CertFile = "tls.crt", KeyFile = "tls.key" }); // TLS without client certificates
    }
}
