using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>The certificates of the realm change during a handshake.</summary>
public sealed class HandshakeDuringReloadTests : RotationFixture
{
    private readonly TestCa _newRoot = TestCa.CreateRoot("new root");
    private int _handshakes;

    [SetUp]
    public void StartCounting() => _handshakes = 0;

    [Test]
    public async Task A_failed_handshake_is_not_retried_if_nothing_has_changed()
    {
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            Interlocked.Increment(ref _handshakes);
            return EchoServer.CreateOptions(_newRoot.IssueServer("127.0.0.1"), ClientRoot);
        });

        var failure = await FailAsync(server);

        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.UntrustedRoot);
        _handshakes.Should().Be(1);
    }

    [Test]
    public async Task A_retried_handshake_that_fails_gives_its_own_reason()
    {
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            Interlocked.Increment(ref _handshakes);
            TrustAsync(TestCa.CreateRoot("another")).GetAwaiter().GetResult();
            return EchoServer.CreateOptions(_newRoot.IssueServer("127.0.0.1"), ClientRoot);
        });

        var failure = await FailAsync(server);

        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.UntrustedRoot);
        _handshakes.Should().Be(2);
    }

    [Test]
    public async Task A_connection_is_described_with_the_certificates_of_its_handshake()
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
    public async Task The_client_certificate_of_the_last_attempt_is_named()
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

        Services.Logs.Entries.Where(entry => entry.EventId == 301).Should().ContainSingle().Which.Message.Should().Contain("'CN=client-2'");
    }

    [Test]
    public async Task With_close_a_connection_whose_CA_is_removed_during_the_handshake_is_aborted()
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

        var failure = await FailAsync(server);

        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task A_connection_with_a_rotation_during_its_handshake_is_replaced()
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

        await UntilRotated();
        (await CallAsync(server)).Should().Be("CN=client-2");
        await server.Closed(1);
    }

    [Test]
    public async Task A_connection_with_a_rotation_during_its_handshake_is_replaced_although_its_call_was_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        using var handshakeEnds = new ManualResetEventSlim();
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            if (Interlocked.Increment(ref _handshakes) == 1)
            {
                cancellation.Cancel();
                handshakeEnds.Wait(TimeSpan.FromSeconds(30));
            }

            return EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), ClientRoot);
        });
        Start(server.Address);
        var client = new Echo.EchoClient(Services.Factory.GetChannel(server.Address));
        (await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest(), cancellationToken: cancellation.Token).ResponseAsync.WithTimeout()))!
            .StatusCode.Should().Be(StatusCode.Cancelled);

        // The channel has neither calls nor connections, so the rotation has nothing to replace.
        await PresentAsync("client-2");
        handshakeEnds.Set();

        await client.UntilPresents("CN=client-2");
    }

    private async Task<RpcException> FailAsync(EchoServer server)
    {
        Start(server.Address);
        return (await FluentActions.Awaiting(() => CallAsync(server)).Should().ThrowAsync<RpcException>()).Which;
    }

    private async Task<string> CallAsync(EchoServer server) =>
        (await new Echo.EchoClient(Services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;
}
