using System.Net.Security;
using System.Text;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EndpointMtls.Tests.Serving;

/// <summary>How Kestrel requests clients to reconnect: GOAWAY, or <c>Connection: close</c>.</summary>
public sealed class GracefulCloseTests : LifetimeFixture
{
    private const string Request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    private readonly byte[] _http2Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    private TaskCompletionSource _arrived = null!;
    private TaskCompletionSource _continue = null!;

    [SetUp]
    public void LimitAge()
    {
        Options.MaxConnectionAge = TimeSpan.FromMinutes(10);
        (_arrived, _continue) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    [Test]
    public async Task HTTP_1_sends_Connection_close_with_the_next_response_and_then_closes()
    {
        await StartAsync(application => application.MapGet("/", async () =>
        {
            _arrived.SetResult();
            await _continue.Task;
            return Results.Text("whole");
        }));
        await using var client = await ConnectAsync(SslApplicationProtocol.Http11);
        await client.SendAsync(Request);
        await _arrived.Task.WithTimeout();

        Time.Advance(TimeSpan.FromMinutes(11));
        _continue.SetResult();

        var response = Encoding.ASCII.GetString(await client.ReadToEndAsync());
        response.Should().StartWith("HTTP/1.1 200").And.Contain("Connection: close").And.EndWith("\r\n\r\nwhole");
        await client.DisposeAsync();
        await Server.Closed(1);
    }

    [Test]
    public async Task HTTP_1_completes_a_started_response_and_then_closes()
    {
        await StartAsync(application => application.MapGet("/", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await _continue.Task;
            await context.Response.WriteAsync("rest");
        }));
        await using var client = await ConnectAsync(SslApplicationProtocol.Http11);
        await client.SendAsync(Request);
        (await client.ReadAsync("half\r\n")).Should().NotContain("Connection: close");

        Time.Advance(TimeSpan.FromMinutes(11));
        _continue.SetResult();

        Encoding.ASCII.GetString(await client.ReadToEndAsync()).Should().Be("4\r\nrest\r\n0\r\n\r\n");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task HTTP_1_closes_an_idle_connection_immediately(bool isFresh)
    {
        await StartAsync(application => application.MapGet("/", () => "all"));
        await using var client = await ConnectAsync(SslApplicationProtocol.Http11);
        if (!isFresh)
        {
            await client.SendAsync(Request);
            await client.ReadAsync("all\r\n0\r\n\r\n");
        }

        Time.Advance(TimeSpan.FromMinutes(11));

        (await client.ReadToEndAsync()).Should().BeEmpty();
        await client.DisposeAsync();
        await Server.Closed(1);
    }

    [Test]
    public async Task HTTP_1_clients_make_the_next_request_on_a_new_connection()
    {
        await StartAsync(application => application.MapGet("/", () => "all"));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = RawClient.Options(ServerRoot, ClientRoot.IssueClient("client"), SslApplicationProtocol.Http11) });
        var url = new Uri($"https://{Server.Address}/");
        (await client.GetStringAsync(url).WithTimeout()).Should().Be("all");
        await Scheduled(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        await Server.Closed(1);

        (await client.GetStringAsync(url).WithTimeout()).Should().Be("all");
        Server.Connections.Should().Be(2);
    }

    [Test]
    public async Task HTTP_2_sends_GOAWAY_on_an_idle_connection_and_waits_five_seconds_for_the_client_to_close()
    {
        await StartAsync();
        await using var client = await ConnectAsync(SslApplicationProtocol.Http2);
        await client.SendAsync(_http2Preface);
        await Scheduled(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Time.Advance(TimeSpan.FromSeconds(5));

        // GOAWAY: 8 bytes, type 7, stream 0, last stream 0, NO_ERROR.
        (await client.ReadToEndAsync()).TakeLast(17).Should().Equal(0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        await client.DisposeAsync();
        await Server.Closed(1);
    }

    private async Task<RawClient> ConnectAsync(SslApplicationProtocol protocol)
    {
        var client = await RawClient.ConnectAsync(Server.Port, ServerRoot, ClientRoot.IssueClient("client"), protocol);
        await Scheduled(1);
        return client;
    }
}
