using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>Stores that the realm rejects are reported with a reason. The other stores are queried.</summary>
public sealed class RejectedStoreTests
{
    private const string ServerName = "store.example.com";

    private static readonly TestCa TrustedRoot = TestCa.CreateRoot("Trusted Root");
    private static readonly TestCa OtherRoot = TestCa.CreateRoot("Other Root");

    private readonly TempFolder _folder = new();
    private readonly List<ChildProcess> _stores = [];
    private QuerierProcess _querier = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder.WriteRealm("client", TrustedRoot, TrustedRoot.IssueClient("querier"));
        var expired = TrustedRoot.Issue("expired", [ServerName], TestCa.ServerAuthentication, notAfter: new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
        string[] realms =
        [
            await StartStoreAsync("good", TrustedRoot.IssueServer(ServerName)),
            await StartStoreAsync("untrusted", OtherRoot.IssueServer(ServerName)),
            await StartStoreAsync("expired", expired),
            await StartStoreAsync("misnamed", TrustedRoot.IssueServer("other.example.com")),
            await StartStoreAsync("plaintext", certificate: null),
            "- name: \"<b>bold</b>\"\n  endpoints: [\"127.0.0.1:1\"]\n",
        ];
        _querier = await QuerierProcess.StartUnreadyAsync(_folder.Write("endpoints.yaml", string.Concat(realms)));
        await Eventually.Async(_querier.GetStoresAsync, stores => stores.Count == realms.Length && stores.All(store => store["lastAttempt"] is not null));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_querier is not null)
            await _querier.DisposeAsync();
        foreach (var store in _stores)
            await store.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("untrusted", "UntrustedRoot", "Other Root")]
    [TestCase("expired", "Expired", "2021-01-01")]
    [TestCase("misnamed", "NameMismatch", "other.example.com")]
    [TestCase("plaintext", "PlaintextPeer", "plaintext")]
    public async Task A_rejected_store_is_down_with_its_reason(string realm, string reason, string detail)
    {
        var store = await _querier.GetStoreAsync(realm);
        var page = await _querier.GetPageAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)store["state"]!, Is.EqualTo("DOWN"));
            Assert.That((string?)store["reason"], Is.EqualTo(reason));
            Assert.That((string?)store["lastError"], Does.Contain(realm).And.Contain((string)store["name"]!).And.Contain(detail));
            Assert.That(page, Does.Contain(reason));
        }
    }

    [Test]
    public async Task The_other_stores_answer_with_a_warning_for_each_missing_store()
    {
        var (values, warnings) = await _querier.QueryAsync("up");

        values.Keys.Should().Equal("good");
        warnings.Should().HaveCount(5);
        warnings.Should().Contain(warning => warning.Contains("UntrustedRoot") && warning.Contains("'untrusted'"));
        warnings.Should().Contain(warning => warning.Contains("Expired") && warning.Contains("'expired'"));
        warnings.Should().Contain(warning => warning.Contains("NameMismatch") && warning.Contains("'misnamed'"));
        warnings.Should().Contain(warning => warning.Contains("PlaintextPeer") && warning.Contains("'plaintext'"));
        warnings.Should().Contain(warning => warning.Contains("Refused") && warning.Contains("not strict, so it was not queried"));
    }

    [Test]
    public async Task A_store_that_never_answered_is_shown_and_its_realm_name_is_escaped()
    {
        var store = await _querier.GetStoreAsync("<b>bold</b>");
        var page = await _querier.GetPageAsync();

        store["lastCheck"].Should().BeNull();
        ((string)store["reason"]!).Should().Be("Refused");
        page.Should().Contain("Realm &lt;b&gt;bold&lt;/b&gt;").And.NotContain("<b>bold");
    }

    private async Task<string> StartStoreAsync(string realm, TestCertificate? certificate)
    {
        string[] tls = certificate is null
            ? []
            :
            [
                "--grpc-server-tls-cert", _folder.Write($"{realm}.crt", certificate.ChainPem),
                "--grpc-server-tls-key", _folder.Write($"{realm}.key", certificate.KeyPem),
                "--grpc-server-tls-client-ca", _folder["client/ca.crt"],
            ];
        var store = ChildProcess.StartSample("StoreNode", ["--grpc-address", "127.0.0.1:0", "--label", $"cluster={realm}", .. tls]);
        _stores.Add(store);
        var address = await store.ReadAsync(@"StoreNode listening on (\S+)");
        return $"""
            - name: {realm}
              tls_config: {"{"} cert_file: client/tls.crt, key_file: client/tls.key, ca_file: client/ca.crt, server_name: {ServerName} {"}"}
              endpoints: ["{address}"]
              mode: strict

            """;
    }
}
