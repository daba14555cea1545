using System.Net.Security;
using System.Text;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EndpointMtls.Tests.Serving;

/// <summary>How Kestrel closes connections that it is asked to close gracefully.</summary>
public sealed class GracefulCloseTests : LifetimeFixture
{
    private const string Request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    private readonly byte[] _http2Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    private TaskCompletionSource _arrived = null!;
    private TaskCompletionSource _goOn = null!;

    [SetUp]
    public void LimitAge()
    {
        Options.MaxConnectionAge = TimeSpan.FromMinutes(10);
        (_arrived, _goOn) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    [Test]
    public async Task On_HTTP_1_a_response_that_has_not_begun_says_that_the_connection_closes_and_is_whole()
    {
        await StartAsync(application => application.MapGet("/", async () =>
        {
            _arrived.SetResult();
            await _goOn.Task;
            return Results.Text("whole");
        }));
        await using var client = await ConnectAsync(SslApplicationProtocol.Http11);
        await client.SendAsync(Request);
        await _arrived.Task.WithTimeout();

        Time.Advance(TimeSpan.FromMinutes(11));
        _goOn.SetResult();

        var response = Encoding.ASCII.GetString(await client.ReadToEndAsync());
        response.Should().StartWith("HTTP/1.1 200").And.Contain("Connection: close").And.EndWith("\r\n\r\nwhole");
        await client.DisposeAsync();
        await Connections.Closed(1);
    }

    [Test]
    public async Task On_HTTP_1_a_response_that_has_begun_is_whole_and_then_the_connection_closes()
    {
        await StartAsync(application => application.MapGet("/", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await _goOn.Task;
            await context.Response.WriteAsync("rest");
        }));
        await using var client = await ConnectAsync(SslApplicationProtocol.Http11);
        await client.SendAsync(Request);
        (await client.ReadAsync("half\r\n")).Should().NotContain("Connection: close");

        Time.Advance(TimeSpan.FromMinutes(11));
        _goOn.SetResult();

        Encoding.ASCII.GetString(await client.ReadToEndAsync()).Should().Be("4\r\nrest\r\n0\r\n\r\n");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task On_HTTP_1_an_idle_connection_is_closed_at_once(bool isFresh)
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
        await Connections.Closed(1);
    }

    [Test]
    public async Task On_HTTP_1_the_next_request_makes_another_connection()
    {
        await StartAsync(application => application.MapGet("/", () => "all"));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = RawClient.Options(ServerRoot, ClientRoot.IssueClient("client"), SslApplicationProtocol.Http11) });
        var url = new Uri($"https://{Server.Address}/");
        (await client.GetStringAsync(url).WithTimeout()).Should().Be("all");
        await Followed(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        await Connections.Closed(1);

        (await client.GetStringAsync(url).WithTimeout()).Should().Be("all");
        Connections.Opened.Should().Be(2);
    }

    [Test]
    public async Task On_HTTP_2_an_idle_connection_is_told_to_go_away_and_has_five_seconds_to_close()
    {
        await StartAsync();
        await using var client = await ConnectAsync(SslApplicationProtocol.Http2);
        await client.SendAsync(_http2Preface);
        await Followed(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Time.Advance(TimeSpan.FromSeconds(5));

        // A frame of eight bytes, of type 7, for no stream; none was served, and nothing was wrong.
        (await client.ReadToEndAsync()).TakeLast(17).Should().Equal(0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        await client.DisposeAsync();
        await Connections.Closed(1);
    }

    private async Task<RawClient> ConnectAsync(SslApplicationProtocol protocol)
    {
        var client = await RawClient.ConnectAsync(Server.Port, ServerRoot, ClientRoot.IssueClient("client"), protocol);
        await Followed(1);
        return client;
    }
}
