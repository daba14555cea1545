using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Rotation of the certificates of a group of three servers.</summary>
public sealed class GroupRotationTests : GroupFixture
{
    [Test]
    public async Task No_call_fails_when_the_client_certificate_rotates_under_load_with_open_streams()
    {
        await StartThreeAsync();
        var streams = Enumerable.Range(0, 6).Select(_ => Client.Duplex()).ToList();
        foreach (var stream in streams)
            await ExchangeAsync(stream);
        await using var load = new GroupLoad(Client);

        for (var rotation = 2; rotation <= 5; rotation++)
        {
            await load.WaitForCallsAsync(100);
            await PresentAsync($"client-{rotation}");
            await UntilAllSeeAsync($"CN=client-{rotation}");
        }

        foreach (var stream in streams)
        {
            (await ExchangeAsync(stream)).Should().Be("CN=client-1");
            await stream.RequestStream.CompleteAsync();
            (await stream.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        }

        await load.WaitForCallsAsync(100);
        (await load.StopAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task No_call_fails_when_the_CA_certificates_rotate_under_load()
    {
        await StartThreeAsync();
        await using var load = new GroupLoad(Client);
        for (var rotation = 0; rotation < 4; rotation++)
        {
            await load.WaitForCallsAsync(100);
            await TrustAsync(ServerRoot, TestCa.CreateRoot($"another {rotation}"));
            await CallAllAsync([.. Servers]);
        }

        (await load.StopAsync()).Should().BeEmpty();
        Endpoint.Describe().LastConnection!.Tls!.Generation.Should().Be(5);
    }

    [Test]
    public async Task An_idle_group_uses_the_new_certificate_for_its_next_calls()
    {
        await StartThreeAsync();
        for (var rotation = 2; rotation <= 6; rotation++)
        {
            await PresentAsync($"client-{rotation}");
            await PresentAsync($"client-{rotation}b");
            await UntilAllSeeAsync($"CN=client-{rotation}b");
        }
    }

    [Test]
    public async Task An_unused_group_connects_with_the_current_certificate()
    {
        await StartServersAsync(3);
        Start(Group());
        await UntilMembers(3);
        await PresentAsync("client-2");

        await UntilAllSeeAsync("CN=client-2");
    }

    private async Task StartThreeAsync()
    {
        await StartServersAsync(3);
        Start(Group());
        await UntilMembers(3);
        (await CallAllAsync([.. Servers])).Should().Equal("CN=client-1");
    }

    // A file watch may have applied the files before the reload, without having notified the channels yet.
    private async Task UntilAllSeeAsync(string subject)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await CallAllAsync([.. Servers])).SequenceEqual([subject]))
            timeout.Token.ThrowIfCancellationRequested();
    }

    private async Task PresentAsync(string name)
    {
        var client = ClientRoot.IssueClient(name);
        File.WriteAllText(Tls.CertFile!, client.ChainPem);
        File.WriteAllText(Tls.KeyFile!, client.KeyPem);
        await ReloadAsync();
    }

    private async Task TrustAsync(params TestCa[] roots)
    {
        File.WriteAllText(Tls.CaFile[0], string.Concat(roots.Select(root => root.Pem + "\n")));
        await ReloadAsync();
    }

    private async Task ReloadAsync() => (await Services.Get<RotatingCertificateProvider>("tls").ReloadAsync().WithTimeout()).LastError.Should().BeNull();

    private static async Task<string> ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
        return call.ResponseStream.Current.Peer;
    }
}
