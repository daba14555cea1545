using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Thanos.Api;

namespace EndpointMtls.InteropTests.Serving;

/// <summary>The StoreNode sample closes old connections and rotates its certificate, and no call fails.</summary>
public sealed class StoreNodeTests
{
    private readonly TestCa _root = TestCa.CreateRoot("root");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_client_reconnects_after_a_rotation_and_no_call_fails()
    {
        var before = Present("before");
        await using var store = await StartAsync("--grpc-server-close-on-rotation", "1s");
        await using var client = ClientOf(store);
        (await CallAsync(client, store)).Should().Be(before);

        var after = Present("after");

        (await Eventually.Async(() => CallAsync(client, store), seen => seen == after)).Should().Be(after);
    }

    [Test]
    public async Task A_client_reconnects_after_the_maximum_connection_age_and_no_call_fails()
    {
        Present("store");
        await using var store = await StartAsync("--grpc-server-max-connection-age", "1s");
        await using var client = ClientOf(store);
        await CallAsync(client, store);
        var opened = Description(client, store).OpenedAt;

        await Eventually.Async(() => CallAsync(client, store), _ => Description(client, store).OpenedAt != opened);

        Description(client, store).OpenedAt.Should().BeAfter(opened);
    }

    private string Present(string name)
    {
        var certificate = _root.Issue(name, ["127.0.0.1"], TestCa.ServerAuthentication);
        _folder.Write("store.crt", certificate.ChainPem);
        _folder.Write("store.key", certificate.KeyPem);
        return certificate.Subject;
    }

    private Task<StoreProcess> StartAsync(params string[] arguments) => StoreProcess.StartAsync(
        "eu",
        [
            "--grpc-server-tls-cert", _folder["store.crt"], "--grpc-server-tls-key", _folder["store.key"],
            "--grpc-server-tls-client-ca", _folder.Write("ca.crt", _root.Pem), .. arguments,
        ]);

    private ServiceProvider ClientOf(StoreProcess store)
    {
        var realm = new RealmOptions { Name = "eu", Endpoints = { store.Address }, TlsConfig = _folder.WriteRealm("client", _root, _root.IssueClient("querier")) };
        return new ServiceCollection().AddEndpointMtls(options => options.Realms.Add(realm)).BuildServiceProvider();
    }

    /// <returns>The subject that the store presented.</returns>
    private static async Task<string> CallAsync(ServiceProvider client, StoreProcess store)
    {
        var channel = client.GetRequiredService<IEndpointChannelFactory>().GetChannel(store.Address);
        await new Info.InfoClient(channel).InfoAsync(new InfoRequest()).ResponseAsync.WaitAsync(Eventually.Timeout);
        return Description(client, store).Tls!.PeerSubject;
    }

    private static ConnectionDescription Description(ServiceProvider client, StoreProcess store) =>
        client.GetRequiredService<IEndpointChannelFactory>().Describe(store.Address).LastConnection!;
}
