using System.Net.Security;
using System.Security.Authentication;
using System.Text.Encodings.Web;
using EndpointMtls;
using Grpc.Net.Client;
using Querier.Pages;
using Querier.Stores;

namespace Samples.Tests.Querier;

public sealed class EndpointRowTests
{
    private const string Address = "127.0.0.1:1";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(0, "<span>12</span>")]
    [TestCase(3, "<span>12<small>3 draining</small></span>")]
    public void It_shows_the_generation_of_the_last_connection_and_what_drains(int draining, string expected) =>
        Render(new EndpointDescription { Address = Address, Realm = "eu", ServerName = "store", LastConnection = Connection(generation: 12), DrainingConnections = draining })
            .Should().Contain($"data-label=\"Generation\">{expected}</td>");

    [Test]
    public void There_is_no_generation_before_the_first_connection_or_in_plaintext([Values(null, "store")] string? serverName) =>
        Render(new EndpointDescription { Address = Address, Realm = "eu", ServerName = serverName })
            .Should().Contain("data-label=\"Generation\"><span class=\"none\">");

    private static ConnectionDescription Connection(int generation) => new()
    {
        OpenedAt = Now,
        Tls = new TlsDescription
        {
            Generation = generation,
            Protocol = SslProtocols.Tls13,
            CipherSuite = TlsCipherSuite.TLS_AES_256_GCM_SHA384,
            PeerSubject = "CN=store",
            PeerNotAfter = Now.AddDays(1),
            LocalSubject = "CN=querier",
        },
    };

    private static string Render(EndpointDescription description)
    {
        using var channels = new OneChannel(description);
        using var writer = new StringWriter();
        EndpointRow.Render(new StoreEndpoint(Address, channels), Now).WriteTo(writer, HtmlEncoder.Default);
        return writer.ToString();
    }

    private sealed class OneChannel(EndpointDescription description) : IEndpointChannelFactory, IDisposable
    {
        private readonly GrpcChannel _channel = GrpcChannel.ForAddress($"http://{Address}");

        public GrpcChannel GetChannel(string address) => _channel;

        public EndpointDescription Describe(string address) => description;

        public AddressMatch Explain(string address) => throw new NotSupportedException();

        public void Dispose() => _channel.Dispose();
    }
}
