using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Serving;

/// <summary>A server whose files become invalid keeps the last valid ones. It never accepts all clients, and never plaintext.</summary>
public sealed class BrokenFilesTests : ServerFilesFixture
{
    [TestCase("")]
    [TestCase("garbage")]
    [TestCase("-----BEGIN CERTIFICATE-----\nMIIB")]
    [TestCase("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")]
    [TestCase(null)]
    public async Task An_invalid_client_CA_file_changes_no_decision_about_clients(string? content)
    {
        Break("clients.crt", content);

        var description = await ReloadAsync();

        description.LastError.Should().Contain("clients.crt").And.Contain("client_ca_file");
        await AssertOnlyKnownClientsAreAcceptedAsync();
        Server.Logs.Entries.Where(entry => entry.EventId == 203).Should().ContainSingle().Which.Message.Should().Contain("clients.crt");
    }

    [TestCase("server/tls.crt")]
    [TestCase("server/tls.key")]
    public async Task An_invalid_certificate_or_key_keeps_the_last_valid_certificate(string file)
    {
        Break(file, "garbage");

        (await ReloadAsync()).LastError.Should().Contain(file);

        (await PresentedAsync()).Should().Be("CN=server 1");
        await AssertOnlyKnownClientsAreAcceptedAsync();
    }

    [Test]
    public async Task A_handshake_that_finds_invalid_files_succeeds()
    {
        Break("clients.crt", "garbage");
        Time.Advance(TimeSpan.FromSeconds(1));

        await AssertOnlyKnownClientsAreAcceptedAsync();
        Tls.Certificates.Describe().LastError.Should().Contain("clients.crt");
    }

    [Test]
    public async Task Valid_files_apply_after_invalid_ones()
    {
        Break("clients.crt", "garbage");
        (await ReloadAsync()).LastError.Should().NotBeNull();
        var next = TestCa.CreateRoot("next");
        Trust(next);

        (await ReloadAsync()).LastError.Should().BeNull();

        await using var known = ClientWith(next.IssueClient("new"), "new");
        (await EchoOf(known).UnaryAsync(new()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=new");
    }

    private void Break(string file, string? content)
    {
        if (content is null)
        {
            File.Delete(Folder[file]);
        }
        else
        {
            Folder.Write(file, content);
        }
    }

    private async Task AssertOnlyKnownClientsAreAcceptedAsync()
    {
        await using var known = ClientWith(ClientCa.IssueClient("querier"), "known");
        (await EchoOf(known).UnaryAsync(new()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=querier");
        foreach (var certificate in new[] { TestCa.CreateRoot("clients").IssueClient("unknown"), null })
        {
            await using var client = ClientWith(certificate, "unknown");
            (await Assert.ThrowsAsync<RpcException>(() => EchoOf(client).UnaryAsync(new()).ResponseAsync.WithTimeout()))!.StatusCode.Should().Be(StatusCode.Unavailable);
        }

        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://{Server.Address}/")).WithTimeout());
    }
}
