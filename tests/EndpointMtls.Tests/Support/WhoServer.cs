using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Support;

/// <summary>A secured Kestrel that tells every client who it is taken for.</summary>
internal sealed class WhoServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WhoServer(ServerTlsOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.Services.AddEndpointMtls();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseEndpointMtls(options)));
        _application = builder.Build();
        _application.MapGet("/", context => context.Response.WriteAsync(Answer(context.Connection.ClientCertificate?.Subject, context.Features.Get<VerifiedClient>()?.Subject)));
    }

    public int Port => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    /// <summary>The server's side of it.</summary>
    public static async Task<WhoServer> StartAsync(ServerTlsOptions options)
    {
        var server = new WhoServer(options);
        await server._application.StartAsync();
        return server;
    }

    /// <param name="sent">Whose certificate was sent.</param>
    /// <param name="verified">Whose certificate was verified.</param>
    public static string Answer(string? sent, string? verified) => $"sent by {sent ?? "nobody"}, verified as {verified ?? "nobody"}";

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }
}
