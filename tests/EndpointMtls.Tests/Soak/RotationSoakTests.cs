using System.Globalization;
using System.Net.Security;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Soak;

/// <summary>Rotations of certificates, chains and CA bundles under load fail no call.</summary>
/// <remarks>60 rotations, or as many as the environment variable <c>ENDPOINT_MTLS_SOAK_ROTATIONS</c> sets, such as 1000.</remarks>
[NonParallelizable]
public sealed class RotationSoakTests
{
    private const int Channels = 16;

    private static readonly int Rotations = int.Parse(Environment.GetEnvironmentVariable("ENDPOINT_MTLS_SOAK_ROTATIONS") ?? "60", CultureInfo.InvariantCulture);

    private TestCa _serverRoot = null!;
    private volatile SslServerAuthenticationOptions _serverOptions = null!;

    [Test]
    public async Task Rotations_under_load_fail_no_call_and_interrupt_no_stream()
    {
        using var folder = new TempFolder();
        var clientRoot = TestCa.CreateRoot("client root");
        _serverRoot = TestCa.CreateRoot("server root 0");
        SoakRealm[] realms = [new(folder, "volume", clientRoot, _serverRoot, asSecretVolume: true), new(folder, "files", clientRoot, _serverRoot, asSecretVolume: false)];
        _serverOptions = EchoServer.CreateOptions(_serverRoot.IssueServer("127.0.0.1"), clientRoot);
        var servers = await Task.WhenAll(Enumerable.Range(0, Channels).Select(_ => EchoServer.StartTlsAsync(() => _serverOptions)));
        try
        {
            await using var services = TestServices.With(
                RealmOf("volume", realms[0], servers[..(Channels / 2)]), RealmOf("files", realms[1], servers[(Channels / 2)..]));
            RotatingCertificateProvider[] providers = [services.Get<RotatingCertificateProvider>("volume"), services.Get<RotatingCertificateProvider>("files")];
            await using var load = new CallLoad(servers.Select(server => new Echo.EchoClient(services.Factory.GetChannel(server.Address))), callers: 32, streams: 8, streamLength: 100);
            await load.MoreCalls(500);
            var before = Resources.Measure();

            for (var number = 1; number <= Rotations && load.Failures.Count == 0; number++)
            {
                if (number == Math.Min(Rotations, 100) / 2)
                {
                    before = Resources.Measure();
                }

                await RotateAsync(number, clientRoot, realms, providers);
                await load.MoreCalls(50);
            }

            // The end of an overlap is a rotation too.
            while (providers.Any(provider => provider.Describe().Anchors.Any(anchor => anchor.TrustedUntil is not null)))
            {
                await load.MoreCalls(50);
            }

            await load.MoreCalls(500);
            await load.StopAsync();

            load.Failures.Should().BeEmpty();
            load.Streams.Should().BeGreaterThan(0);
            load.Peers.Should().Contain([realms[0].Subject, realms[1].Subject]);
            load.Peers.Should().HaveCountGreaterThan(Rotations / 8);
            services.Logs.Entries.Where(entry => entry.EventId is 301 or 303 or 207).Should().BeEmpty();
            foreach (var server in servers)
            {
                await server.Open(1);
            }

            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (servers.Any(server => services.Factory.Describe(server.Address).DrainingConnections > 0))
            {
                timeout.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            var after = Resources.Measure();
            TestContext.Out.WriteLine($"{Rotations} rotations, {load.Calls} calls, {load.Streams} streams, {servers.Sum(server => server.Connections)} connections; {before} before, {after} after.");
            after.Handles.Should().BeLessThan(before.Handles + 64);
            after.Memory.Should().BeLessThan(before.Memory + (16 << 20));
        }
        finally
        {
            await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
        }
    }

    private static RealmOptions RealmOf(string name, SoakRealm realm, EchoServer[] servers)
    {
        var options = new RealmOptions { Name = name, TlsConfig = realm.Options };
        foreach (var server in servers)
        {
            options.Endpoints.Add(server.Address);
        }

        return options;
    }

    /// <summary>Rotates the leaf or the chain of one realm, or both realms. Every eighth time, the servers change to another root.</summary>
    private async Task RotateAsync(int number, TestCa clientRoot, SoakRealm[] realms, RotatingCertificateProvider[] providers)
    {
        var which = number / 4 % 2;
        switch (number % 8)
        {
            case 0:
                var next = TestCa.CreateRoot($"server root {number}");
                await ForBothAsync(realm => realm.RotateBundle(_serverRoot, next));
                _serverOptions = EchoServer.CreateOptions(next.IssueServer("127.0.0.1"), clientRoot);
                _serverRoot = next;
                break;
            case 4:
                // The files no longer have the previous root, which is trusted until the overlap ends.
                await ForBothAsync(realm => realm.RotateBundle(_serverRoot));
                break;
            case 2 or 6:
                realms[which].RotateChain(number);
                break;
            case 7:
                await ForBothAsync(realm => realm.RotateLeaf(number));
                break;
            default:
                realms[which].RotateLeaf(number);
                break;
        }

        await ReloadAsync(providers[which]);

        async Task ForBothAsync(Action<SoakRealm> rotate)
        {
            Array.ForEach(realms, realm => rotate(realm));
            await ReloadAsync(providers[0]);
            await ReloadAsync(providers[1]);
        }
    }

    private static async Task ReloadAsync(RotatingCertificateProvider provider) =>
        (await provider.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
}
