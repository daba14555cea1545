using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Base of tests with a group of mTLS servers behind one name. The group is not probed.</summary>
public abstract class GroupFixture : EndpointSetFixture
{
    private protected const string Host = "dns+stores.example:443";
    private protected const string Service = "_grpc._tcp.stores";

    private protected TestCa ServerRoot { get; } = TestCa.CreateRoot("server root");

    private protected TestCa ClientRoot { get; } = TestCa.CreateRoot("client root");

    private protected List<EchoServer> Servers { get; } = [];

    private protected TlsOptions Tls { get; private set; } = null!;

    private protected GrpcEndpoint Endpoint => Set.Current.Endpoints[0];

    private protected Echo.EchoClient Client => new(Endpoint.Channel);

    [TearDown]
    public async Task StopServersAsync()
    {
        foreach (var server in Servers)
            await server.DisposeAsync();
        Servers.Clear();
    }

    /// <summary>Starts servers, and publishes an SRV record for each, with its own host name.</summary>
    private protected async Task StartServersAsync(int count)
    {
        for (var index = 0; index < count; index++)
        {
            Servers.Add(await EchoServer.StartTlsAsync(ServerRoot.IssueServer($"s{index}.example"), ClientRoot));
            Dns.SetHost($"s{index}.example.", "127.0.0.1");
        }

        Publish(Enumerable.Range(0, count));
    }

    /// <summary>Publishes SRV records for these servers only.</summary>
    private protected void Publish(IEnumerable<int> servers) => Dns.SetService(Service, [.. servers.Select(index => ($"s{index}.example", Servers[index].Port))]);

    private protected RealmOptions Group(string endpoint = $"dnssrv+{Service}", Action<RealmOptions>? configure = null)
    {
        var realm = Realm("tls", endpoint);
        (realm.Group, realm.Probe) = (true, false);
        Tls ??= Folder.WriteRealm("tls", ServerRoot, ClientRoot.IssueClient("client-1"));
        Tls.RotationJitter = TimeSpan.Zero;
        realm.TlsConfig = Tls;
        configure?.Invoke(realm);
        return realm;
    }

    [SetUp]
    public void ResetTls() => Tls = null!;

    private protected Task<EndpointSetSnapshot> UntilMembers(int count) => Until(set => set.Endpoints is [{ } endpoint] && endpoint.Members.Count == count);

    private protected async Task<string> CallAsync() => (await Client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;

    /// <summary>Calls until each of these servers has received a call. Returns the client certificates that they received.</summary>
    private protected async Task<IReadOnlySet<string>> CallAllAsync(params EchoServer[] servers)
    {
        var peers = new HashSet<string>();
        var before = servers.Select(server => server.Calls).ToArray();
        for (var call = 0; call < 2000 && servers.Zip(before).Any(x => x.First.Calls == x.Second); call++)
        {
            peers.Add(await CallAsync());
            await Task.Yield();
        }

        servers.Zip(before).Should().OnlyContain(x => x.First.Calls > x.Second);
        return peers;
    }

    /// <summary>Calls until a call fails, and returns its exception.</summary>
    private protected async Task<RpcException> UntilFailsAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            timeout.Token.ThrowIfCancellationRequested();
            try
            {
                await CallAsync();
                await Task.Yield();
            }
            catch (RpcException exception)
            {
                return exception;
            }
        }
    }

    /// <summary>Calls until a call succeeds.</summary>
    private protected async Task UntilSucceedsAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                await CallAsync();
                return;
            }
            catch (RpcException) when (!timeout.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }
}
