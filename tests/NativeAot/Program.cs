using System.Net;
using EndpointMtls;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Primitives;

// An application for NativeAotTests, which publishes it with PublishAot. It uses the main entry points of both packages:
//   NativeAot serve FOLDER                listens once for each realm, and prints the ports in the order below
//   NativeAot call FOLDER PORT PORT PORT  calls the port of each realm, in that order, and prints the answers
// FOLDER holds endpoints.yaml, appsettings.json and the certificates of the realms yaml, section and code.
var (verb, folder, ports) = (args[0], args[1], args[2..]);
return verb switch
{
    "serve" => await ServeAsync(),
    "call" => await CallAsync(),
    _ => 2,
};

async Task<int> ServeAsync()
{
    var builder = CreateBuilder();
    builder.Services.AddGrpc();
    builder.Services.AddSingleton<HealthServiceImpl>();
    builder.Services.AddAuthentication().AddEndpointMtls();
    builder.Services.AddAuthorization();
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        foreach (var realm in (string[])["yaml", "section", "code"])
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseEndpointMtls(realm));
    });
    await using var application = builder.Build();
    application.MapGrpcService<EchoService>().RequireAuthorization(policy => policy.RequireClientSan("*.clients.example"));
    application.MapGrpcService<HealthServiceImpl>();
    application.Services.GetRequiredService<HealthServiceImpl>().SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
    await application.StartAsync();

    var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
    Console.WriteLine($"ports {string.Join(' ', addresses.Select(address => new Uri(address).Port))}");
    await Console.In.ReadToEndAsync(); // Until the test closes it.
    return 0;
}

async Task<int> CallAsync()
{
    var builder = CreateBuilder();
    builder.Services.AddEndpointGrpcClient<Echo.EchoClient>($"127.0.0.1:{ports[0]}").AddEndpointSet();
    await using var application = builder.Build();
    await application.StartAsync();

    Print("client", await EchoAsync(application.Services.GetRequiredService<Echo.EchoClient>(), "client"));

    var factory = application.Services.GetRequiredService<IEndpointChannelFactory>();
    foreach (var port in ports)
        Print(factory.Describe($"127.0.0.1:{port}").Realm, await EchoAsync(new(factory.GetChannel($"127.0.0.1:{port}")), "factory"));

    foreach (var endpoint in await ProbedAsync(application.Services.GetRequiredService<IEndpointSet>()))
        Print($"set {endpoint.Realm} {endpoint.Health}", await EchoAsync(new(endpoint.Channel), "set"));
    return 0;
}

WebApplicationBuilder CreateBuilder()
{
    var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = folder });
    builder.WebHost.UseUrls("http://127.0.0.1:0"); // Only for a process that configures no endpoint of Kestrel's.
    builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    builder.Services
        .AddEndpointMtls(Path.Combine(folder, "endpoints.yaml"))
        .AddEndpointMtls(builder.Configuration.GetSection("EndpointMtls"))
        .AddEndpointMtls(options =>
        {
            var realm = new RealmOptions
            {
                Name = "code",
                TlsConfig = new TlsOptions
                {
                    CaFile = { Path.Combine(folder, "code/ca.crt") },
                    CertFile = Path.Combine(folder, "code/tls.crt"),
                    KeyFile = Path.Combine(folder, "code/tls.key"),
                },
            };
            foreach (var port in ports.Skip(2))
                realm.Endpoints.Add($"127.0.0.1:{port}");
            options.Realms.Add(realm);
        });
    return builder;
}

async Task<EchoReply> EchoAsync(Echo.EchoClient client, string text) =>
    await client.UnaryAsync(new EchoRequest { Text = text }, deadline: DateTime.UtcNow.AddSeconds(30));

void Print(string realm, EchoReply reply) => Console.WriteLine($"{realm}: {reply.Text} by {reply.Peer}");

// The set as it is once every endpoint has been probed.
async Task<IReadOnlyList<GrpcEndpoint>> ProbedAsync(IEndpointSet set)
{
    while (true)
    {
        var changed = new TaskCompletionSource();
        using var _ = ChangeToken.OnChange(set.GetChangeToken, () => changed.TrySetResult());
        if (set.Current.Endpoints is { Count: > 0 } endpoints && endpoints.All(endpoint => endpoint.LastCheck is not null))
            return endpoints;
        await changed.Task;
    }
}
