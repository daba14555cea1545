using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Certificates;

/// <summary>With a check interval of one hour: only the file watch can notice a change earlier.</summary>
public sealed class RotationWatchTests
{
    private TempFolder _folder = null!;
    private TestCa _ca = null!;
    private TlsOptions _tls = null!;

    [SetUp]
    public void WriteFiles()
    {
        _folder = new TempFolder();
        _ca = TestCa.CreateRoot("root");
        _tls = _folder.WriteRealm("1", _ca, _ca.IssueClient("client-1"));
        _tls.CheckInterval = TimeSpan.FromHours(1);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task New_files_are_used_without_a_handshake()
    {
        await using var services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = _tls });

        await RotatesAsync(services, () => _folder.WriteRealm("1", _ca, _ca.IssueClient("client-2")), "CN=client-2");
        await RotatesAsync(services, () => _folder.WriteRealm("1", _ca, _ca.IssueClient("client-3")), "CN=client-3");
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 203, "a certificate without its new key is still changing");
    }

    [Test]
    public async Task A_new_version_of_a_Kubernetes_volume_is_used_without_a_handshake()
    {
        _folder.WriteRealm("2", _ca, _ca.IssueClient("client-2"));
        Unix.Link(_folder["..data"], "1");
        foreach (var name in new[] { "tls.crt", "tls.key", "ca.crt" })
        {
            Unix.Link(_folder[name], $"..data/{name}");
        }

        (_tls.CertFile, _tls.KeyFile, _tls.CaFile[0]) = (_folder["tls.crt"], _folder["tls.key"], _folder["ca.crt"]);
        await using var services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = _tls });

        await RotatesAsync(services, () => Unix.Link(_folder["..data"], "2"), "CN=client-2");
    }

    [Test]
    public async Task A_hint_of_the_watch_causes_one_check()
    {
        var time = new TestTimeProvider(TestRealm.Ahead);
        await using var services = new TestServices(services => services.AddSingleton<TimeProvider>(time)
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = _tls })));
        var provider = services.Get<RotatingCertificateProvider>("eu");

        _folder.WriteRealm("1", _ca, _ca.IssueClient("client-2"));
        await time.WaitForTimerAsync(TestRealm.QuietPeriod);

        // A write causes several hints, and the last of them may be late.
        Enumerable.Range(0, 100).Any(_ => HasNoCheck()).Should().BeTrue("the files are not changing any more");
        provider.Describe().ClientCertificate!.Subject.Should().Be("CN=client-2");

        bool HasNoCheck()
        {
            var before = provider.Describe().CheckedAt;
            time.Advance(TestRealm.QuietPeriod);
            return provider.Describe().CheckedAt == before;
        }
    }

    private static async Task RotatesAsync(TestServices services, Action change, string subject)
    {
        var provider = services.Get<RotatingCertificateProvider>("eu");
        var rotated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = provider.GetChangeToken().RegisterChangeCallback(_ => rotated.TrySetResult(), null);

        change();

        await rotated.Task.WithTimeout();
        provider.Describe().ClientCertificate!.Subject.Should().Be(subject);
    }
}
