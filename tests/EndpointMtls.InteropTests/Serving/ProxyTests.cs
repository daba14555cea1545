using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Thanos.Api;

namespace EndpointMtls.InteropTests.Serving;

/// <summary>The StoreNode sample serves calls that proxies forward with the <c>:scheme</c> of their client.</summary>
public sealed class ProxyTests
{
    private readonly TestCa _root = TestCa.CreateRoot("root");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Serves_calls_over_mTLS_from_a_proxy_with_plaintext_clients([Values("haproxy", "nghttpx")] string program)
    {
        var tls = _folder.WriteRealm("store", _root, _root.Issue("store", ["localhost"], TestCa.ServerAuthentication));
        await using var store = await StoreProcess.StartAsync(
            "eu",
            "--grpc-server-tls-cert", tls.CertFile!, "--grpc-server-tls-key", tls.KeyFile!, "--grpc-server-tls-client-ca", tls.CaFile[0]);
        var own = _folder.WriteRealm("proxy", _root, _root.IssueClient("proxy"));
        await using var proxy = await ProxyProcess.OriginateTlsAsync(program, _folder, store.Address, own);

        await CallAsync(proxy, new TlsOptions { Enabled = false });
    }

    [Test]
    public async Task Serves_plaintext_calls_from_a_proxy_with_TLS_clients([Values("haproxy", "nghttpx")] string program)
    {
        await using var store = await StoreProcess.StartAsync("eu");
        var own = _folder.WriteRealm("proxy", _root, _root.Issue("proxy", ["127.0.0.1"], TestCa.ServerAuthentication));
        await using var proxy = await ProxyProcess.TerminateTlsAsync(program, _folder, store.Address, own);

        await CallAsync(proxy, new TlsOptions { CaFile = { own.CaFile[0] } });
    }

    private static async Task CallAsync(ProxyProcess proxy, TlsOptions tls)
    {
        var realm = new RealmOptions { Name = "proxy", Endpoints = { proxy.Address }, TlsConfig = tls };
        await using var services = new ServiceCollection().AddEndpointMtls(options => options.Realms.Add(realm)).BuildServiceProvider();
        var channel = services.GetRequiredService<IEndpointChannelFactory>().GetChannel(proxy.Address);

        var reply = await new Info.InfoClient(channel).InfoAsync(new InfoRequest()).ResponseAsync.WaitAsync(Eventually.Timeout);

        reply.Should().NotBeNull();
    }
}
