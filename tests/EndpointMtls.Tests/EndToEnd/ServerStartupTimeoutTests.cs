using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Hosting;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A server whose files are written after the start of its host.</summary>
public sealed class ServerStartupTimeoutTests : StartupTimeoutFixture
{
    [Test]
    public async Task Kestrel_starts_when_the_files_of_its_server_are_written()
    {
        var options = Server("server");
        var start = Task.Run(() => EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(options), services => AddTo(services)));
        await IsWaitingAsync();

        WriteServer("server");
        await RetryAsync();

        await using var echo = await start.WithTimeout();
        await using var client = TestServices.With(new RealmOptions { Endpoints = { echo.Address }, TlsConfig = Tls });
        (await new Protos.Echo.EchoClient(client.Factory.GetChannel(echo.Address)).UnaryAsync(new Protos.EchoRequest { Text = "hello" })).Text.Should().Be("hello");
        Logged(WaitStarted).Single().Should().BeApproved();
    }

    [Test]
    public async Task A_server_that_waits_does_not_delay_other_servers_and_reloads()
    {
        var live = new LiveOptions();
        await using var services = new TestServices(services => live.AddTo(AddTo(services)));
        _ = services.Factory;
        var start = Task.Run(() => services.GetServer(Server("missing")));
        await IsWaitingAsync();

        WriteServer("written");
        await Task.Run(() => services.GetServer(Server("written"))).WithTimeout();
        await Task.Run(() => live.Set(new RealmOptions { Endpoints = { "b:1" } })).WithTimeout();

        services.Factory.GetChannel("b:1").Should().NotBeNull();
        start.IsCompleted.Should().BeFalse();
        WriteServer("missing");
        await RetryAsync();
        (await start.WithTimeout()).Realm.Should().Be("missing");
    }
}
