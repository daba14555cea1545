using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Comparisons.Scaling;

/// <summary>One process for all servers: a port for each endpoint, and a certificate for each realm.</summary>
internal static class ScaleServer
{
    // A gRPC message of two bytes: the status SERVING.
    private static readonly byte[] Serving = [0, 0, 0, 0, 2, 0x08, 0x01];

    /// <summary>Writes the ports of each realm to standard output, and serves until its input ends.</summary>
    public static async Task RunAsync(string folder, int realms, int endpointsPerRealm, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            for (var realm = 0; realm < realms; realm++)
            {
                var options = Issue(Path.Combine(folder, $"realm-{realm:00}"));
                for (var index = 0; index < endpointsPerRealm; index++)
                {
                    kestrel.Listen(IPAddress.Loopback, 0, listen =>
                    {
                        listen.Protocols = HttpProtocols.Http2;
                        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(options) });
                    });
                }
            }
        });
        await using var application = builder.Build();
        application.MapPost("/grpc.health.v1.Health/Check", CheckAsync);
        await application.StartAsync(cancellation);

        // In the order of the Listen calls.
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        await Console.Out.WriteLineAsync(string.Join(' ', addresses.Select(address => new Uri(address).Port)));
        await Console.In.ReadToEndAsync(cancellation);
    }

    /// <summary>Creates the CAs of a realm, and writes the files of its client.</summary>
    private static SslServerAuthenticationOptions Issue(string folder)
    {
        var (serverRoot, clientRoot) = (TestCa.CreateRoot("server root"), TestCa.CreateRoot("client root"));
        var client = clientRoot.IssueClient("querier");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), serverRoot.Pem);
        File.WriteAllText(Path.Combine(folder, "tls.crt"), client.ChainPem);
        File.WriteAllText(Path.Combine(folder, "tls.key"), client.KeyPem);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(clientRoot.Certificate);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = serverRoot.IssueServer("127.0.0.1").ToContext(),
            ClientCertificateRequired = true,
            CertificateChainPolicy = policy,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        };
    }

    private static async Task CheckAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(Serving, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
