using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Calls servers with certificates of all kinds, each from a new realm.</summary>
public abstract class PeerTrustFixture
{
    private protected TestCa Root { get; } = TestCa.CreateRoot("root");

    private protected TempFolder Folder { get; private set; } = null!;

    [SetUp]
    public void CreateFolder() => Folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();

    /// <summary>Starts a server with a certificate, and calls it.</summary>
    /// <returns>Why the server was rejected; <see langword="null"/> if the call succeeded.</returns>
    private protected async Task<EndpointConnectionException?> CallAsync(TestCertificate certificate, Action<TlsOptions>? configure = null, params TestCa[] trusted)
    {
        await using var server = await EchoServer.StartTlsAsync(certificate);
        return await CallAsync(server, configure, trusted);
    }

    private protected async Task<EndpointConnectionException?> CallAsync(EchoServer server, Action<TlsOptions>? configure = null, params TestCa[] trusted)
    {
        var cas = trusted is [] ? [Root] : trusted;
        var tls = new TlsOptions { CaFile = { Folder.Write("ca.crt", string.Join('\n', cas.Select(ca => ca.Pem))) } };
        configure?.Invoke(tls);
        await using var services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { server.Address }, TlsConfig = tls });
        return await FindFailureAsync(services, server.Address);
    }

    private protected static async Task<EndpointConnectionException?> FindFailureAsync(TestServices services, string address)
    {
        try
        {
            await new Echo.EchoClient(services.Factory.GetChannel(address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
            return null;
        }
        catch (RpcException exception)
        {
            return EndpointConnectionException.Find(exception) ?? throw new AssertionException($"No connection failure in {exception}", exception);
        }
    }
}
