using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Servers that a realm accepts by <c>server_allowed_sans</c>, and not by the host of their address.</summary>
public sealed class AllowedNameTests : PeerTrustFixture
{
    private const string Spiffe = "spiffe://prod.example/ns/store";

    [TestCase("store.example", "store.example")]
    [TestCase("*.example", "store.example")]
    [TestCase(Spiffe, Spiffe)]
    [TestCase("spiffe://prod.example/ns/*", Spiffe)]
    [TestCase("10.0.0.0/8", "10.1.2.3")]
    [TestCase("10.1.2.3", "10.1.2.3")]
    [TestCase("ops@example.com", "ops@example.com")]
    [TestCase("*@example.com", "ops@example.com")]
    public async Task Accepts_a_server_by_an_allowed_name_that_is_not_its_host(string pattern, string name) =>
        (await CallAsync(Root.IssueServer(name), Allow("no.example", pattern))).Should().BeNull();

    [TestCase("store.example", "other.example")]
    [TestCase("store.example", Spiffe)]
    [TestCase(Spiffe, Spiffe + "/other")]
    [TestCase("spiffe://prod.example/ns/*", "spiffe://test.example/ns/store")]
    [TestCase("spiffe://prod.example/ns/*", "https://prod.example/ns/store")]
    [TestCase("10.0.0.0/8", "11.1.2.3")]
    [TestCase("*@example.com", "ops@other.example")]
    [TestCase("store.example", "127.0.0.1", Description = "The host is not compared.")]
    public async Task Rejects_a_server_without_an_allowed_name_and_lists_its_names(string pattern, string name)
    {
        var failure = await CallAsync(Root.IssueServer(name), Allow(pattern));

        failure!.Reason.Should().Be(ConnectionFailureReason.SanNotAllowed);
        failure.Message.Should().ContainAll($"'{name}'", "'server_allowed_sans'");
    }

    [Test]
    public async Task Rejects_a_server_without_any_name() =>
        (await CallAsync(Root.Issue("store.example", [], TestCa.ServerAuthentication), Allow("store.example")))!
            .Reason.Should().Be(ConnectionFailureReason.SanNotAllowed);

    [TestCase(null, "store.example", Spiffe)]
    [TestCase(ConnectionFailureReason.NameMismatch, "other.example", Spiffe)]
    [TestCase(ConnectionFailureReason.NameMismatch, Spiffe)]
    [TestCase(ConnectionFailureReason.SanNotAllowed, "store.example")]
    public async Task Requires_both_the_server_name_and_an_allowed_name_if_both_are_set(ConnectionFailureReason? reason, params string[] names)
    {
        var failure = await CallAsync(Root.IssueServer(names), tls =>
        {
            Allow(Spiffe)(tls);
            tls.ServerName = "store.example";
        });

        failure?.Reason.Should().Be(reason);
        (failure is null).Should().Be(reason is null);
    }

    private static Action<TlsOptions> Allow(params string[] patterns) => tls => Array.ForEach(patterns, tls.ServerAllowedSans.Add);
}
