using System.Net;
using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

public sealed class EndpointConnectorTests
{
    private readonly LogRecorder _logs = new();

    [Test]
    public async Task Each_new_trouble_and_each_recovery_is_logged_once_and_the_last_connection_kept()
    {
        var connector = TestConnector.Create(port: 1, _logs);

        await ReadAsync(connector, 0);
        await ReadAsync(connector, 0);
        _logs.Entries.Should().BeEmpty();

        (await FailAsync(connector, 21)).Reason.Should().Be(ConnectionFailureReason.TlsPeer);
        (await FailAsync(connector, 22)).Reason.Should().Be(ConnectionFailureReason.TlsPeer);
        (await FailAsync(connector, (byte)'H')).Reason.Should().Be(ConnectionFailureReason.NotHttp2);
        (await FailAsync(connector)).Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
        connector.History.Connection.Should().NotBeNull();
        connector.History.Failure!.Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);

        await ReadAsync(connector, 0);
        await ReadAsync(connector, 0);
        connector.History.Failure.Should().BeNull();
        _logs.Entries.Select(entry => entry.EventId).Should().Equal(301, 301, 301, 302);
    }

    private static async Task<EndpointConnectionException> FailAsync(EndpointConnector connector, params byte[] answer) =>
        (await Assert.ThrowsAsync<EndpointConnectionException>(() => ReadAsync(connector, answer)))!;

    private static async Task ReadAsync(EndpointConnector connector, params byte[] answer)
    {
        var (stream, _) = await connector.ConnectAsync(new DnsEndPoint("127.0.0.1", 1), _ => new ValueTask<Stream>(new MemoryStream(answer)), CancellationToken.None);
        await using (stream)
        {
            _ = await stream.ReadAsync(new byte[1]);
        }
    }
}
