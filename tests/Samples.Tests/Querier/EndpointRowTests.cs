using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls;
using Querier.Pages;

namespace Samples.Tests.Querier;

public sealed class EndpointRowTests
{
    private readonly EndpointBuilder _endpoints = new();

    [OneTimeTearDown]
    public void Dispose() => _endpoints.Dispose();

    [TestCase(0, "generation 12<")]
    [TestCase(3, "generation 12, 3 draining<")]
    public void Shows_the_generation_of_the_last_connection_and_the_draining_connections(int draining, string expected) =>
        Render(_endpoints.Up(), draining).Should().Contain(expected);

    [Test]
    public void Shows_subject_names_and_remaining_time_of_the_server_certificate() =>
        Render(_endpoints.Up()).Should().ContainAll("mTLS · TLS 1.3", "TLS_AES_256_GCM_SHA384", "CN=store", "for store.example.com, 10.0.0.1", "24 h left", "until 2026-01-02 12:00 UTC", "CN=querier");

    [Test]
    public void Shows_no_certificate_before_the_first_connection() =>
        RenderRow(_endpoints.Unknown(), Description(null)).Should().Contain("no connection yet").And.NotContain("generation").And.NotContain(" left");

    [TestCase(EndpointHealth.Healthy, "✓", "Up")]
    [TestCase(EndpointHealth.Unhealthy, "✕", "Down")]
    [TestCase(EndpointHealth.Unknown, "…", "Unknown")]
    [TestCase(EndpointHealth.NotProbed, "–", "Not probed")]
    public void Each_state_has_a_sign_and_a_word(EndpointHealth health, string sign, string word) =>
        Render(_endpoints.Unknown() with { Health = health }).Should().Contain($">{sign}</span> {word}</span>");

    [TestCase(true, "It is strict: it is still queried")]
    [TestCase(false, "It is not strict: it is not queried until a probe succeeds")]
    public void An_endpoint_that_is_down_shows_the_reason_and_the_effect(bool isStrict, string expected) =>
        Render(_endpoints.Down(isStrict)).Should().ContainAll("class=\"error\"", "Refused", "Nothing listens there. Check that it runs.", expected, "2 s ago", "last success", "40 s ago");

    [Test]
    public void An_endpoint_that_is_up_shows_no_error() =>
        Render(_endpoints.Up()).Should().NotContain("error").And.NotContain("good <time");

    [Test]
    public void The_sentence_for_screen_readers_changes_only_with_the_state()
    {
        Render(_endpoints.Up()).Should().Contain("data-says=\"127.0.0.1:1 of eu is up\"");
        Render(_endpoints.Down()).Should().Contain("data-says=\"127.0.0.1:1 of eu is down: refused\"");
        Render(_endpoints.Down() with { LastErrorReason = ConnectionFailureReason.NameMismatch }).Should().Contain("is down: name mismatch\"");
    }

    [Test]
    public void Shows_which_labels_come_from_the_file() =>
        Render(_endpoints.Up("eu") with { Labels = new Dictionary<string, string> { ["zone"] = "a" } })
            .Should().MatchRegex("cluster=\"eu\".*from the file.*zone=\"a\"");

    [TestCase("endpoints", "the configuration")]
    [TestCase("/etc/querier/stores.json", "a file<small>stores.json")]
    [TestCase("dnssrv+_grpc._tcp.example.com", "DNS<small>dnssrv+_grpc._tcp.example.com")]
    public void Shows_the_source(string source, string expected) =>
        Render(_endpoints.Up() with { Source = source }).Should().Contain(expected);

    [Test]
    public void A_group_is_one_row_with_its_members() =>
        Render(_endpoints.Up() with { Address = "dns+stores:10901", IsGroup = true, Members = ["10.0.0.1:10901", "10.0.0.2:10901"] })
            .Should().ContainAll("dns+stores:10901", "a group of 2", "10.0.0.1:10901", "10.0.0.2:10901", "id=\"endpoint:dns%2Bstores%3A10901\"");

    [Test]
    public void Encodes_text_of_others() =>
        Render(_endpoints.Down() with { Address = "<b>", Realm = "<b>", Source = "/<b>", LastError = "<b>", Labels = new Dictionary<string, string> { ["<b>"] = "\"<b>" } })
            .Should().NotContain("<b>");

    private static EndpointDescription Description(ConnectionDescription? connection) =>
        new() { Address = "127.0.0.1:1", Realm = "eu", ServerName = "store", LastConnection = connection };

    private static string Render(GrpcEndpoint endpoint, int draining = 0) => RenderRow(endpoint, Description(new ConnectionDescription
    {
        OpenedAt = EndpointBuilder.Now,
        Tls = new TlsDescription
        {
            Generation = 12,
            Protocol = SslProtocols.Tls13,
            CipherSuite = TlsCipherSuite.TLS_AES_256_GCM_SHA384,
            PeerSubject = "CN=store",
            PeerNames = ["store.example.com", "10.0.0.1"],
            PeerNotAfter = EndpointBuilder.Now.AddDays(1),
            LocalSubject = "CN=querier",
        },
    }) with
    { DrainingConnections = draining });

    private static string RenderRow(GrpcEndpoint endpoint, EndpointDescription description) =>
        Rendered.Text(EndpointRow.Render(endpoint, description, EndpointBuilder.Now));
}
