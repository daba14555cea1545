using System.Net;
using EndpointMtls.Channels;

namespace EndpointMtls.Tests.Channels;

/// <summary>A generation is disposed when it is retired and nobody waits for it, and not before.</summary>
public sealed class HandlerGenerationTests
{
    private TaskCompletionSource<Stream> _dialling = null!;
    private SocketsHttpHandler _sockets = null!;
    private HandlerGeneration _generation = null!;

    [SetUp]
    public void Create()
    {
        _dialling = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _sockets = new SocketsHttpHandler { ConnectCallback = (_, _) => new ValueTask<Stream>(_dialling.Task) };
        _generation = new HandlerGeneration(_sockets, TestConnector.Create(port: 1), _ => { });
    }

    [TearDown]
    public void Dispose()
    {
        _generation.Dispose();
        _sockets.Dispose();
    }

    [Test]
    public async Task One_that_nobody_waits_for_is_disposed_at_once_and_refuses()
    {
        _generation.Retire();
        _generation.Retire();

        _generation.TrySend(Request(), CancellationToken.None).Should().BeNull();
        (await IsDisposedAsync()).Should().BeTrue();
    }

    [Test]
    public async Task One_that_is_waited_for_is_disposed_afterwards()
    {
        var waiting = _generation.TrySend(Request(), CancellationToken.None)!;
        _generation.Retire();
        _generation.Retire();
        _generation.TrySend(Request(), CancellationToken.None).Should().BeNull();
        waiting.IsCompleted.Should().BeFalse();

        _dialling.SetException(new IOException("refused by the test"));

        Assert.CatchAsync<HttpRequestException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        (await IsDisposedAsync()).Should().BeTrue();
    }

    [Test]
    public async Task One_in_use_is_not_disposed()
    {
        var waiting = _generation.TrySend(Request(), CancellationToken.None)!;
        _dialling.SetException(new IOException("refused by the test"));
        Assert.CatchAsync<HttpRequestException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));

        (await IsDisposedAsync()).Should().BeFalse();
    }

    [Test]
    public void A_handler_that_is_disposed_stays_so_whatever_is_renewed()
    {
        using var handler = TestConnector.CreateHandler(port: 1);
        handler.Dispose();
        handler.Renew();
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);

        Assert.CatchAsync<ObjectDisposedException>(() => invoker.SendAsync(Request(), CancellationToken.None));
    }

    [Test]
    public void The_handler_leaves_nothing_to_chance()
    {
        using var handler = TestConnector.CreateHandler(port: 1);

        handler.InnerHandler.Should().BeEquivalentTo(new
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(20),
        });
    }

    private static HttpRequestMessage Request() => new(HttpMethod.Get, "http://127.0.0.1:1/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private async Task<bool> IsDisposedAsync()
    {
        using var invoker = new HttpMessageInvoker(_sockets, disposeHandler: false);
        try
        {
            using var response = await invoker.SendAsync(Request(), CancellationToken.None);
        }
        catch (Exception exception)
        {
            return exception is ObjectDisposedException;
        }

        return false;
    }
}
