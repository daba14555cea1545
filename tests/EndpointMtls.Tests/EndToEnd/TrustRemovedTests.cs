using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>What becomes of connections whose server was vouched for by an authority that has been removed.</summary>
public sealed class TrustRemovedTests : RotationFixture
{
    private readonly TestCa _newRoot = TestCa.CreateRoot("new root");

    [Test]
    public async Task By_default_running_calls_finish()
    {
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        MoveServer();
        await TrustAsync(_newRoot);

        await CallAsync();
        (await ExchangeAsync(running)).Should().Be("CN=client-1");
    }

    [Test]
    public async Task With_close_they_are_cut_at_once_and_told_why()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        Tls.RotationJitter = TimeSpan.FromMinutes(1);
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        MoveServer();
        await TrustAsync(_newRoot);

        var end = await CatchEndAsync(running);
        end.StatusCode.Should().Be(StatusCode.Unavailable);
        end.Status.Detail.Should().Contain($"Endpoint '{Server.Address}' of realm 'eu': the server was vouched for by 'CN=server root', and nothing in '{Tls.CaFile[0]}' vouches for it any more, and 'on_trust_removed' is 'close'.");
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.TrustRemoved);
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().ContainSingle().Which.Message.Should().StartWith("Aborted 1 connections with calls on them (TrustRemoved).");
        await CallAsync();
    }

    [Test]
    public async Task With_close_draining_connections_are_cut_as_well()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);
        await PresentAsync("client-2");
        await CallAsync();
        (await ExchangeAsync(running)).Should().Be("CN=client-1");

        MoveServer();
        await TrustAsync(_newRoot);

        EndpointConnectionException.ReasonOf(await CatchEndAsync(running)).Should().Be(ConnectionFailureReason.TrustRemoved);
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().ContainSingle().Which.Message.Should().StartWith("Aborted 2 connections");
    }

    [Test]
    public async Task With_close_calls_that_begin_afterwards_do_not_meet_the_cut()
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
    public async Task With_close_connections_under_another_authority_drain_as_ever()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        await using var other = await EchoServer.StartTlsAsync(_newRoot.IssueServer("127.0.0.1"), ClientRoot);
        File.AppendAllText(Tls.CaFile[0], "\n" + _newRoot.Pem);
        Start(other.Address);
        using var doomed = Client.Duplex();
        await ExchangeAsync(doomed);
        using var spared = new Echo.EchoClient(Services.Factory.GetChannel(other.Address)).Duplex();
        await ExchangeAsync(spared);

        await TrustAsync(_newRoot);

        EndpointConnectionException.ReasonOf(await CatchEndAsync(doomed)).Should().Be(ConnectionFailureReason.TrustRemoved);
        await ExchangeAsync(spared);
    }

    [Test]
    public async Task With_close_a_server_that_is_vouched_for_in_another_way_is_spared()
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
    public async Task With_close_a_root_that_was_issued_again_spares_its_servers()
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
    public async Task An_overlap_puts_the_cut_off()
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

        EndpointConnectionException.ReasonOf(await CatchEndAsync(running)).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task Removals_under_load_leave_no_call_hanging()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        Start();
        using var enough = new CancellationTokenSource();
        var cut = 0;
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                try
                {
                    await CallAsync();
                }
                catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable)
                {
                    Interlocked.Increment(ref cut);
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

        await enough.CancelAsync();
        await Task.WhenAll(callers).WithTimeout();
        await CallAsync();
        cut.Should().BePositive();
    }

    private void MoveServer() => ServerOptions = EchoServer.CreateOptions(_newRoot.IssueServer("127.0.0.1"), ClientRoot);
}
