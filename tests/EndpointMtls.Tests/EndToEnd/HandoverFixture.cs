using System.Collections.Concurrent;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A channel that moves to new certificates, while the server may reject them.</summary>
public abstract class HandoverFixture : RotationFixture
{
    /// <summary>The server accepts no clients under this CA, unless a test says otherwise.</summary>
    private protected TestCa OtherRoot { get; } = TestCa.CreateRoot("other client root");

    private protected async Task<HealthReportEntry> CheckHealthAsync() =>
        (await Services.Get<HealthCheckService>().CheckHealthAsync()).Entries.Values.Single();

    private protected static async Task<IReadOnlyCollection<string>> PeersAsync(Echo.EchoClient client, params EchoServer[] servers)
    {
        var (peers, before) = (new HashSet<string>(), servers.Select(server => server.Calls).ToArray());
        while (servers.Zip(before).Any(x => x.First.Calls < x.Second + 3))
        {
            peers.Add((await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer);
        }

        return peers;
    }

    private protected static async Task UntilConnections(EchoServer server, int count)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (server.Connections < count)
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private protected async Task<EchoServer> StartRejectingByHttpAsync(Func<bool> isAccepting)
    {
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), ClientRoot, OtherRoot);
        var verdicts = new ConcurrentDictionary<string, bool>();
        return await EchoServer.StartSecuredAsync(
            listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(ServerOptions) }),
            map: application => application.Use((context, next) =>
            {
                var isRejected = context.Connection.ClientCertificate!.Issuer == OtherRoot.Certificate.Subject;
                if (verdicts.GetOrAdd(context.Connection.Id, _ => !isRejected || isAccepting()))
                {
                    return next(context);
                }

                context.Response.StatusCode = 400;
                return Task.CompletedTask;
            }),
            protocols: HttpProtocols.Http2);
    }

    /// <summary>Starts a server whose handshakes wait while they are held, and calls it once.</summary>
    private protected async Task<(EchoServer Server, Echo.EchoClient Client)> StartHoldableAsync(ManualResetEventSlim handshakes)
    {
        var server = await EchoServer.StartTlsAsync(() =>
        {
            handshakes.Wait(TimeSpan.FromSeconds(60));
            return ServerOptions;
        });
        Start(server.Address);
        return (server, await ConnectAsync(server));
    }

    private protected async Task<Echo.EchoClient> ConnectAsync(EchoServer server)
    {
        var client = new Echo.EchoClient(Services.Factory.GetChannel(server.Address));
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        return client;
    }

    /// <summary>Restarts the server, after the channel has noticed that its connection has closed.</summary>
    private protected async Task RestartAsync(string address)
    {
        var port = Server.Port;
        await Server.DisposeAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Services.Factory.GetChannel(address).State == ConnectivityState.Ready)
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Server = await EchoServer.StartTlsAsync(() => ServerOptions, port);
    }

    private protected async Task RetryAfterAsync(TimeSpan delay)
    {
        await Time.WaitForTimerAsync(delay).WithTimeout();
        Time.Advance(delay);
    }

    private protected async Task<RpcException> UntilFailureAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (true)
        {
            timeout.Token.ThrowIfCancellationRequested();
            try
            {
                await CallAsync();
            }
            catch (RpcException failure)
            {
                return failure;
            }
        }
    }

    private protected async Task UntilPresentsOrFailsAsync(string name)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var peer = "";
        while (peer != $"CN={name}")
        {
            timeout.Token.ThrowIfCancellationRequested();
            try
            {
                peer = await CallAsync();
            }
            catch (RpcException)
            {
                // The previous certificate has expired, and the server rejects that of these files.
            }
        }
    }
}
