using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Clients other than gRPC that use TLS options of a realm.</summary>
public abstract class OtherClientFixture
{
    private protected TestCa Root { get; } = TestCa.CreateRoot("root");

    /// <summary>Calls a server through a client that keeps its options.</summary>
    /// <returns>The subject of the client certificate that the server saw.</returns>
    private protected static Task<string> CallAsync(HttpClient client, HttpsPeer server, string host = "localhost") =>
        client.GetStringAsync(new Uri($"https://{host}:{server.Port}/")).WithTimeout();

    private protected static async Task FailToTrustAsync(HttpClient client, HttpsPeer server, string host = "localhost")
    {
        var exception = (await FluentActions.Awaiting(() => CallAsync(client, server, host)).Should().ThrowAsync<HttpRequestException>()).Which;
        exception.HttpRequestError.Should().Be(HttpRequestError.SecureConnectionError, exception.ToString());
        exception.InnerException.Should().BeOfType<AuthenticationException>();
    }

    private protected static HttpClient Keep(SslClientAuthenticationOptions options) => new(new SocketsHttpHandler { SslOptions = options });

    private protected static HttpClient KeepRotating(TestRealm realm, string host = "localhost") => Keep(realm.Provider.CreateRotatingClientOptions(host));
}
