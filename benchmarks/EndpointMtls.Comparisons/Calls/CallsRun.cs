using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Peers;
using EndpointMtls.Comparisons.Reporting;
using EndpointMtls.Comparisons.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Comparisons.Calls;

/// <summary>Starts one server and all installed contenders, and compares them.</summary>
internal static class CallsRun
{
    /// <param name="extent">How long to measure.</param>
    /// <param name="versions">Receives the versions of the peers.</param>
    /// <param name="cancellation">Cancels the run.</param>
    public static async Task<Section> RunAsync(Extent extent, List<string> versions, CancellationToken cancellation)
    {
        using var pki = new Pki();
        await using var server = await ServerProcess.StartAsync(pki.Folder, ports: 1, cancellation);
        var target = pki.TargetAt(server.TlsPorts[0], server.PlaintextPort);
        await using var services = Ways.AddOurs(target);
        await using var ours = new ChannelContender(Ways.Ours, services.GetRequiredService<IEndpointChannelFactory>().GetChannel($"{target.Host}:{target.TlsPort}"));
        await using var byHand = new ChannelContender(Ways.ByHand, Ways.CreateByHand(target.Host, target.TlsPort, Ways.CreateOptionsByHand(target)));
        await using var plaintext = new ChannelContender(Ways.Plaintext, Ways.CreatePlaintext(target.PlaintextPort));
        var compiling = GoClient.StartAsync(target, cancellation); // The first compilation takes a while. Nothing is measured during it.
        var peers = new List<IContender>();
        var missing = new List<(string Name, string Why)>();
        try
        {
            await AddAsync(Ways.Nginx, async () => Through(Ways.Nginx, await NginxProxy.StartAsync(target, cancellation)));
            await AddAsync(Ways.Haproxy, async () => Through(Ways.Haproxy, await HaproxyProxy.StartAsync(target, cancellation)));
            await CallsComparison.WarmUpAsync([ours, byHand, plaintext, .. peers], extent, cancellation);
            await AddAsync(Ways.GrpcGo, async () => await compiling is var client ? (client, client.Version) : default);
            await CallsComparison.WarmUpAsync(peers.OfType<GoClient>(), extent, cancellation);
            var comparison = new CallsComparison(extent, [ours, .. peers, byHand, plaintext], cancellation);
            var costs = await comparison.RunAsync();
            return CallsSection.Of(costs, await comparison.RunCloseAsync(ours, byHand), await comparison.WeighAsync(ours, byHand), missing);
        }
        finally
        {
            foreach (var peer in peers)
            {
                await peer.DisposeAsync();
            }
        }

        async Task AddAsync(string name, Func<Task<(IContender Contender, string Version)>> start)
        {
            try
            {
                var (contender, version) = await start();
                peers.Add(contender);
                versions.Add(version);
            }
            catch (PeerMissingException exception)
            {
                missing.Add((name, exception.Message));
                versions.Add($"{name}: missing. {exception.Message}");
            }
        }
    }

    private static (IContender Contender, string Version) Through(string name, ProxyProcess proxy) =>
        (new ChannelContender(name, Ways.CreatePlaintext(proxy.Port), proxy), proxy.Version);
}
