using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>What happens to connections when the CA of their server is removed.</summary>
public sealed class TrustRemovedTests : RotationFixture
{
    private readonly TestCa _newRoot = TestCa.CreateRoot("new root");

    [Test]
    public async Task By_default_running_calls_finish()
    {
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        ChangeServerCa();
        await TrustAsync(_newRoot);

        await CallAsync();
        (await ExchangeAsync(running)).Should().Be("CN=client-1");
    }

    [Test]
    public async Task With_close_running_calls_are_aborted_at_once_with_the_reason()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        Tls.RotationJitter = TimeSpan.FromMinutes(1);
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        ChangeServerCa();
        await TrustAsync(_newRoot);

        var end = await CatchFailureAsync(running);
        end.StatusCode.Should().Be(StatusCode.Unavailable);
        var message = EndpointConnectionException.Find(end)!.Message;
        end.Status.Detail.Should().Contain(message);
        message.Should().ContainAll("'CN=server root'", $"'{Tls.CaFile[0]}'");
        message.Should().BeApproved();
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.TrustRemoved);
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().ContainSingle().Which.Message.Should().Contain("calls: 1").And.Contain("(TrustRemoved)");
        await CallAsync();
    }

    [Test]
    public async Task With_close_draining_connections_are_aborted_too()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);
        await PresentAsync("client-2");
        await UntilRotated();
        (await ExchangeAsync(running)).Should().Be("CN=client-1");

        ChangeServerCa();
        await TrustAsync(_newRoot);

        EndpointConnectionException.ReasonOf(await CatchFailureAsync(running)).Should().Be(ConnectionFailureReason.TrustRemoved);
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().ContainSingle().Which.Message.Should().Contain("calls: 2");
    }

    [Test]
    public async Task With_close_later_calls_are_not_aborted()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        Tls.RotationJitter = TimeSpan.FromMinutes(1);
        Start();
        for (var removal = 1; removal <= 20; removal++)
        {
            await CallAsync();
            var root = removal % 2 == 0 ? ServerRoot : _newRoot;
            ServerOptions = EchoServer.CreateOptions(root.IssueServer("127.0.0.1"), ClientRoot);

            await TrustAsync(root);

            (await CallAsync()).Should().Be("CN=client-1");
        }
    }

    [Test]
    public async Task With_close_connections_under_another_CA_drain()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        await using var other = await EchoServer.StartTlsAsync(_newRoot.IssueServer("127.0.0.1"), ClientRoot);
        File.AppendAllText(Tls.CaFile[0], "\n" + _newRoot.Pem);
        Start(other.Address);
        using var removed = Client.Duplex();
        await ExchangeAsync(removed);
        using var kept = new Echo.EchoClient(Services.Factory.GetChannel(other.Address)).Duplex();
        await ExchangeAsync(kept);

        await TrustAsync(_newRoot);

        EndpointConnectionException.ReasonOf(await CatchFailureAsync(removed)).Should().Be(ConnectionFailureReason.TrustRemoved);
        await ExchangeAsync(kept);
    }

    [Test]
    public async Task With_close_a_server_with_another_chain_to_a_trust_anchor_is_kept()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        var leaf = _newRoot.IssueServer("127.0.0.1");
        ServerOptions = EchoServer.CreateOptions(leaf with { Intermediates = [ServerRoot.CrossSign(_newRoot)] }, ClientRoot);
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        await TrustAsync(_newRoot);

        await ExchangeAsync(running);
        await CallAsync();
    }

    [Test]
    public async Task With_close_a_cross_signed_server_is_kept_while_one_of_the_signers_is_trusted()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        var team = TestCa.CreateRoot("team");
        ServerOptions = EchoServer.CreateOptions(team.IssueServer("127.0.0.1"), ClientRoot);
        Tls.CaFile.Add(Folder.Write("pair.crt", $"{ServerRoot.CrossSign(team).ExportCertificatePem()}\n{_newRoot.CrossSign(team).ExportCertificatePem()}"));
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        await TrustAsync(_newRoot);
        await ExchangeAsync(running);
        await TrustAsync(ServerRoot);
        await ExchangeAsync(running);
        await TrustAsync(TestCa.CreateRoot("other"));

        EndpointConnectionException.ReasonOf(await CatchFailureAsync(running)).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task With_close_a_reissued_root_keeps_its_servers()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        ServerOptions = EchoServer.CreateOptions(ServerRoot.CreateIntermediate("between").IssueServer("127.0.0.1"), ClientRoot);
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        await TrustAsync(ServerRoot.IssueAgain());

        await ExchangeAsync(running);
        await CallAsync();
    }

    [Test]
    public async Task An_overlap_delays_the_abort()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        Tls.CaOverlap = TimeSpan.FromHours(1);
        Tls.DrainTimeout = TimeSpan.FromHours(2);
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        await TrustAsync(_newRoot);
        Time.Advance(TimeSpan.FromMinutes(59));
        await ExchangeAsync(running);
        Time.Advance(TimeSpan.FromMinutes(1));

        EndpointConnectionException.ReasonOf(await CatchFailureAsync(running)).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task With_close_a_revoked_server_is_aborted_and_others_are_kept()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        var revoked = ServerRoot.IssueServer("127.0.0.1");
        ServerOptions = EchoServer.CreateOptions(revoked, ClientRoot);
        Tls.CrlFile.Add(Folder.Write("eu/root.crl", ServerRoot.IssueCrl()));
        await using var other = await EchoServer.StartTlsAsync(ServerRoot.IssueServer("127.0.0.1"), ClientRoot);
        Start(other.Address);
        using var running = Client.Duplex();
        await ExchangeAsync(running);
        using var kept = new Echo.EchoClient(Services.Factory.GetChannel(other.Address)).Duplex();
        await ExchangeAsync(kept);

        File.WriteAllText(Tls.CrlFile[0], ServerRoot.IssueCrl(revoked.Leaf));
        (await Provider.ReloadAsync().WithTimeout()).LastError.Should().BeNull();

        var end = await CatchFailureAsync(running);
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.Revoked);
        EndpointConnectionException.Find(end)!.Message.Should().Contain(revoked.Leaf.SerialNumber);
        await ExchangeAsync(kept);
        Services.Factory.Describe(other.Address).DrainingConnections.Should().Be(0, "the generation is the same");
        var next = await FluentActions.Awaiting(CallAsync).Should().ThrowAsync<RpcException>();
        EndpointConnectionException.ReasonOf(next.Which).Should().Be(ConnectionFailureReason.Revoked);
    }

    [Test]
    public async Task Removals_under_load_leave_no_call_hanging()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        Start();
        using var stop = new CancellationTokenSource();
        var aborted = 0;
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await CallAsync();
                }
                catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable)
                {
                    Interlocked.Increment(ref aborted);
                }
            }
        })).ToArray();

        TestCa[] roots = [ServerRoot, _newRoot];
        for (var removal = 1; removal <= 40; removal++)
        {
            await CallAsync();
            var root = roots[removal % 2];
            await TrustAsync(roots);
            ServerOptions = EchoServer.CreateOptions(root.IssueServer("127.0.0.1"), ClientRoot);
            await TrustAsync(root);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers).WithTimeout();
        await CallAsync();
        aborted.Should().BePositive();
    }

    private void ChangeServerCa() => ServerOptions = EchoServer.CreateOptions(_newRoot.IssueServer("127.0.0.1"), ClientRoot);
}
