using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>The realm changes in the middle of a handshake.</summary>
public sealed class HandshakeDuringReloadTests : RotationFixture
{
    private readonly TestCa _newRoot = TestCa.CreateRoot("new root");
    private int _handshakes;

    [SetUp]
    public void StartCounting() => _handshakes = 0;

    [Test]
    public async Task One_that_fails_while_nothing_changes_is_not_made_again()
    {
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            Interlocked.Increment(ref _handshakes);
            return EchoServer.CreateOptions(_newRoot.IssueServer("127.0.0.1"), ClientRoot);
        });

        var end = await FailAsync(server);

        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.UntrustedRoot);
        _handshakes.Should().Be(1);
    }

    [Test]
    public async Task One_that_is_overtaken_again_says_what_was_wrong_then()
    {
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            Interlocked.Increment(ref _handshakes);
            TrustAsync(TestCa.CreateRoot("another")).GetAwaiter().GetResult();
            return EchoServer.CreateOptions(_newRoot.IssueServer("127.0.0.1"), ClientRoot);
        });

        var end = await FailAsync(server);

        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.UntrustedRoot);
        _handshakes.Should().Be(2);
    }

    [Test]
    public async Task One_that_succeeds_is_described_by_what_it_was_made_with()
    {
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            PresentAsync("client-2").GetAwaiter().GetResult();
            return EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), ClientRoot);
        });
        Start(server.Address);

        (await CallAsync(server)).Should().Be("CN=client-1");

        Services.Factory.Describe(server.Address).LastConnection!.Tls.Should().BeEquivalentTo(new { Generation = 1, LocalSubject = "CN=client-1" });
    }

    [Test]
    public async Task A_certificate_that_is_rejected_is_named_though_another_is_in_use_by_then()
    {
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            if (Interlocked.Increment(ref _handshakes) == 1)
            {
                PresentAsync("client-2").GetAwaiter().GetResult();
            }

            return EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), _newRoot);
        });

        await FailAsync(server);

        Services.Logs.Entries.Where(entry => entry.EventId == 301).Should().ContainSingle().Which.Message.Should().Contain("ours is 'CN=client-1'");
    }

    [Test]
    public async Task With_close_a_connection_whose_authority_is_removed_meanwhile_is_cut()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            if (Interlocked.Increment(ref _handshakes) == 1)
            {
                TrustAsync(_newRoot).GetAwaiter().GetResult();
            }

            return EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), ClientRoot);
        });

        var end = await FailAsync(server);

        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task A_connection_that_a_rotation_overtook_serves_its_call_and_no_other()
    {
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            if (Interlocked.Increment(ref _handshakes) == 1)
            {
                PresentAsync("client-2").GetAwaiter().GetResult();
            }

            return EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), ClientRoot);
        });
        Start(server.Address);

        (await CallAsync(server)).Should().Be("CN=client-1");

        (await CallAsync(server)).Should().Be("CN=client-2");
        await server.Closed(1);
    }

    [Test]
    public async Task Not_even_if_its_call_has_been_given_up()
    {
        using var givenUp = new CancellationTokenSource();
        using var handshakeEnds = new ManualResetEventSlim();
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            if (Interlocked.Increment(ref _handshakes) == 1)
            {
                givenUp.Cancel();
                handshakeEnds.Wait(TimeSpan.FromSeconds(30));
            }

            return EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), ClientRoot);
        });
        Start(server.Address);
        var client = new Echo.EchoClient(Services.Factory.GetChannel(server.Address));
        (await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest(), cancellationToken: givenUp.Token).ResponseAsync.WithTimeout()))!
            .StatusCode.Should().Be(StatusCode.Cancelled);

        // Nobody waits any more, and nothing is connected yet: to a renewal there is nothing here to renew.
        await PresentAsync("client-2");
        handshakeEnds.Set();

        (await CallAsync(server)).Should().BeOneOf("CN=client-1", "CN=client-2");
        (await CallAsync(server)).Should().Be("CN=client-2");
    }

    private async Task<RpcException> FailAsync(EchoServer server)
    {
        Start(server.Address);
        return (await FluentActions.Awaiting(() => CallAsync(server)).Should().ThrowAsync<RpcException>()).Which;
    }

    private async Task<string> CallAsync(EchoServer server) =>
        (await new Echo.EchoClient(Services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;
}
