using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>A discovered endpoint is secured by its own realm only, after any reload.</summary>
public sealed class SecuredDiscoveryTests : EndpointSetFixture
{
    private readonly TestCa _serverRoot = TestCa.CreateRoot("server root");
    private readonly TestCa _clientRoot = TestCa.CreateRoot("client root");

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_realm_that_moves_to_the_index_of_another_does_not_take_its_channels(bool hasLeft)
    {
        await using var server = await EchoServer.StartTlsAsync(() => EchoServer.CreateOptions(_serverRoot.IssueServer("a.example"), _clientRoot));
        Dns.SetHost("a.example", "127.0.0.1");
        Start(Secured("a", $"dns+a.example:{server.Port}"), Secured("b", "dns+b.example:1"));
        var channel = (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Channel;
        (await CallAsync(channel)).Peer.Should().Be("CN=a");
        if (hasLeft)
        {
            Dns.SetHost("a.example");
            await Until(set => set.Endpoints.Count == 0);
        }

        Source.Set(Secured("b", "dns+b.example:1"));
        await Services.Logs.Wait(100).WithTimeout();

        var failure = await UntilFailsAsync(channel);
        failure.Reason.Should().Be(ConnectionFailureReason.RealmRemoved);
        failure.Realm.Should().Be("realms[0]");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_discovered_endpoint_does_not_become_plaintext_without_explicit_configuration(bool isInFile)
    {
        await using var server = await EchoServer.StartTlsAsync(() => EchoServer.CreateOptions(_serverRoot.IssueServer("a.example"), _clientRoot));
        Dns.SetHost("a.example", "127.0.0.1");
        var name = $"dns+a.example:{server.Port}";
        var file = Folder.Write("targets.json", $$"""[{"targets":["{{name}}"]}]""");
        Start(Discovering("a", Folder.WriteRealm("a", _serverRoot, _clientRoot.IssueClient("a"))));
        await UntilAll(EndpointHealth.Healthy);

        Source.Set(Discovering("other", tls: null));
        Set.Current.Endpoints.Should().ContainSingle().Which.Describe().Should().BeEquivalentTo(new { Realm = "a", IsPlaintext = false });
        var error = Services.Logs.Entries.Last(entry => entry.EventId == 101).Message;
        error.Should().ContainAll($"'{(isInFile ? file : name)}'", "'other'");
        error.Replace(name, "dns+a.example:PORT").Should().BeApproved();

        Source.Set(Discovering("other", new TlsOptions { Enabled = false }));
        (await Until(set => set.Endpoints is [{ Realm: "other" }])).Endpoints[0].Describe().IsPlaintext.Should().BeTrue();

        RealmOptions Discovering(string realm, TlsOptions? tls) => Realm(realm).With(options =>
        {
            options.TlsConfig = tls;
            if (isInFile)
            {
                options.EndpointsSdFiles.Add(new FileSdOptions { Files = { file } });
            }
            else
            {
                options.Endpoints.Add(name);
            }
        });
    }

    private RealmOptions Secured(string client, string name) => new()
    {
        Endpoints = { name },
        TlsConfig = Folder.WriteRealm(client, _serverRoot, _clientRoot.IssueClient(client)),
    };

    /// <summary>Calls until the set has closed the channel, shortly after the configuration is applied.</summary>
    private static async Task<EndpointConnectionException> UntilFailsAsync(GrpcChannel channel)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            timeout.Token.ThrowIfCancellationRequested();
            try
            {
                (await CallAsync(channel)).Peer.Should().Be("CN=a", "the channel must never present the certificate of another realm");
                await Task.Yield();
            }
            catch (RpcException exception)
            {
                return EndpointConnectionException.Find(exception)!;
            }
        }
    }

    private static Task<EchoReply> CallAsync(GrpcChannel channel) => new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
}
