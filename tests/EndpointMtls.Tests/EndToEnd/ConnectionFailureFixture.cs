using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Makes calls that must fail to connect, and checks the exception, the description and the log.</summary>
public abstract class ConnectionFailureFixture
{
    private protected static readonly TestCa Root = TestCa.CreateRoot("root");
    private protected static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private protected TempFolder Folder { get; private set; } = null!;

    [SetUp]
    public void CreateFolder() => Folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();

    private protected TestServices ServicesFor(string address, bool withCertificate, TimeProvider? time = null)
    {
        var tls = Folder.WriteRealm("realm", Root, withCertificate ? Root.IssueClient("querier") : null);
        tls.MinVersion = SslProtocols.Tls12;
        return new TestServices(services => services.AddSingleton(time ?? TimeProvider.System)
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "realm", TlsConfig = tls, Endpoints = { address } })));
    }

    private protected async Task<EndpointConnectionException> FailAsync(RawPeer peer, bool withCertificate = true)
    {
        await using var services = ServicesFor(peer.Address, withCertificate);
        return await FailAsync(services, peer.Address);
    }

    private protected async Task<string> FailAsync(EchoServer server, ConnectionFailureReason reason, bool withCertificate = true)
    {
        await using var services = ServicesFor(server.Address, withCertificate);
        var failure = await FailAsync(services, server.Address);
        failure.Reason.Should().Be(reason, failure.ToString());
        return failure.Message;
    }

    private protected static async Task<EndpointConnectionException> FailAsync(TestServices services, string address)
    {
        var client = new Echo.EchoClient(services.Factory.GetChannel(address));
        var exception = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());

        var failure = services.Factory.Describe(address).LastFailure;
        failure.Should().NotBeNull(exception!.ToString());
        failure!.Message.Should().StartWith($"Endpoint '{address}' of realm 'realm': ");
        failure.Should().BeEquivalentTo(new { Address = address, Realm = "realm" });
        EndpointConnectionException.ReasonOf(exception!).Should().Be(failure.Reason, exception!.ToString());
        EndpointConnectionException.Find(exception!)!.Message.Should().Be(failure.Message);
        exception!.StatusCode.Should().Be(StatusCode.Unavailable);
        exception.Status.Detail.Should().Contain(failure.Message);
        services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 301).Which.Message.Should().Contain($"({failure.Reason})");
        return failure;
    }

    /// <summary>Does the handshake of a server that requests no client certificate.</summary>
    private protected static async Task<SslStream> AuthenticateAsync(Stream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Root.IssueServer("127.0.0.1").ToContext(),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        });
        return tls;
    }
}
