using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Serving;

/// <summary>A server whose files become garbage goes on with what it has: never open, never plaintext.</summary>
public sealed class BrokenFilesTests : ServerFilesFixture
{
    [TestCase("")]
    [TestCase("garbage")]
    [TestCase("-----BEGIN CERTIFICATE-----\nMIIB")]
    [TestCase("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")]
    [TestCase(null)]
    public async Task With_a_client_CA_that_is_garbage_strangers_stay_out_and_the_known_stay_welcome(string? content)
    {
        Break("clients.crt", content);

        var description = await ReloadAsync();

        description.LastError.Should().Contain("clients.crt").And.Contain("client_ca_file");
        await TheKnownGetInAndNobodyElseAsync();
        Server.Logs.Entries.Where(entry => entry.EventId == 203).Should().ContainSingle().Which.Message.Should().Contain("clients.crt");
    }

    [TestCase("server/tls.crt")]
    [TestCase("server/tls.key")]
    public async Task With_a_certificate_or_a_key_that_is_garbage_the_one_before_is_presented(string file)
    {
        Break(file, "garbage");

        (await ReloadAsync()).LastError.Should().Contain(file);

        (await PresentedAsync()).Should().Be("CN=server 1");
        await TheKnownGetInAndNobodyElseAsync();
    }

    [Test]
    public async Task Garbage_that_is_found_at_a_handshake_does_not_fail_it()
    {
        Break("clients.crt", "garbage");
        Time.Advance(TimeSpan.FromSeconds(1));

        await TheKnownGetInAndNobodyElseAsync();
        Tls.Certificates.Describe().LastError.Should().Contain("clients.crt");
    }

    [Test]
    public async Task When_the_garbage_is_gone_the_new_files_count()
    {
        Break("clients.crt", "garbage");
        (await ReloadAsync()).LastError.Should().NotBeNull();
        var next = TestCa.CreateRoot("next");
        Trust(next);

        (await ReloadAsync()).LastError.Should().BeNull();

        await using var known = ClientWith(next.IssueClient("newcomer"), "newcomer");
        (await EchoOf(known).UnaryAsync(new()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=newcomer");
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

    private async Task TheKnownGetInAndNobodyElseAsync()
    {
        await using var known = ClientWith(ClientCa.IssueClient("querier"), "known");
        (await EchoOf(known).UnaryAsync(new()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=querier");
        foreach (var stranger in new[] { TestCa.CreateRoot("clients").IssueClient("stranger"), null })
        {
            await using var client = ClientWith(stranger, "stranger");
            (await Assert.ThrowsAsync<RpcException>(() => EchoOf(client).UnaryAsync(new()).ResponseAsync.WithTimeout()))!.StatusCode.Should().Be(StatusCode.Unavailable);
        }

        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://{Server.Address}/")).WithTimeout());
    }
}
