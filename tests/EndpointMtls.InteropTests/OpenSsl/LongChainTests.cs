using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Thanos.Api;

namespace EndpointMtls.InteropTests.OpenSsl;

/// <summary>A peer sends a chain of 150 certificates, for which .NET throws an exception in place of a verdict.</summary>
public sealed class LongChainTests
{
    private static readonly TestCa Root = TestCa.CreateRoot("root");
    private static readonly TestCa Last = Enumerable.Range(1, 149).Aggregate(Root, (issuer, number) => issuer.CreateIntermediate($"team {number}"));

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_server_with_such_a_chain_has_an_invalid_chain()
    {
        await using var server = ChildProcess.StartPeer("openssl", ["s_server", "-accept", "127.0.0.1:0", "-alpn", "h2", .. Identity(Last.IssueServer("127.0.0.1"))]);
        var address = await server.ReadAsync(@"ACCEPT (\S+)");
        await using var services = new ServiceCollection()
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { TlsConfig = _folder.WriteRealm("realm", Root, null), Endpoints = { address } }))
            .BuildServiceProvider();
        var info = new Info.InfoClient(services.GetRequiredService<IEndpointChannelFactory>().GetChannel(address));

        var exception = await Assert.ThrowsAsync<RpcException>(() => info.InfoAsync(new InfoRequest()).ResponseAsync.WaitAsync(Eventually.Timeout));

        EndpointConnectionException.ReasonOf(exception).Should().Be(ConnectionFailureReason.InvalidChain);
    }

    [Test]
    public async Task A_server_counts_and_logs_such_a_client_and_Kestrel_logs_no_error()
    {
        var files = _folder.WriteRealm("server", Root, Root.IssueServer("127.0.0.1"));
        await using var server = await ClientAuthMatrix.StartServerAsync(new ServerTlsOptions
        {
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { _folder.Write("clients.crt", Root.Pem) },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        });

        await Peer.TryRunAsync("openssl", ["s_client", "-connect", server.Address, "-ign_eof", .. Identity(Last.IssueClient("querier"))], "GET / HTTP/1.1\r\n\r\n");
        await server.Logs.Wait(500).WaitAsync(Eventually.Timeout);
        await server.AllClosed();

        server.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 500).Which.Message.Should().Contain("(InvalidChain)");
        server.Logs.Entries.Should().NotContain(entry => entry.Level >= LogLevel.Error);
    }

    private string[] Identity(TestCertificate certificate) =>
    [
        "-cert", _folder.Write("tls.crt", certificate.ChainPem), "-key", _folder.Write("tls.key", certificate.KeyPem), "-cert_chain", _folder["tls.crt"],
    ];
}
