using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>With <c>StartupTimeout</c>, the first load waits for files that another program writes later.</summary>
public sealed class StartupTimeoutTests
{
    private const int WaitStarted = 104;
    private const int WaitEnded = 105;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private LogRecorder _logs = null!;
    private TestTimeProvider _time = null!;
    private TempFolder _folder = null!;
    private TestCertificate _client = null!;
    private TlsOptions _tls = null!;

    [SetUp]
    public void WriteFiles()
    {
        // The time is later than those of all files, so that no file counts as still changing.
        (_logs, _time, _folder) = (new LogRecorder(), new TestTimeProvider(TestRealm.Ahead), new TempFolder());
        _client = _root.IssueClient("client");
        _tls = _folder.WriteRealm("eu", _root, _client);
    }

    [TearDown]
    public void RemoveFiles() => _folder.Dispose();

    [Test]
    public async Task A_host_starts_when_the_missing_files_are_written()
    {
        Delete("eu/ca.crt", "eu/tls.crt", "eu/tls.key");
        using var host = CreateHost();
        var start = Task.Run(() => host.StartAsync());
        await IsWaitingAsync();

        _folder.WriteRealm("eu", _root, _client);
        await RetryAsync();

        await start.WithTimeout();
        host.Services.GetRequiredKeyedService<RotatingCertificateProvider>("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=client");
        Logged(WaitStarted).Should().ContainSingle().Which.Should().BeApproved();
        Logged(WaitEnded).Should().ContainSingle().Which.Should().BeApproved();
        await host.StopAsync().WithTimeout();
    }

    [Test]
    public async Task Waits_until_the_last_file_is_written()
    {
        Delete("eu/tls.crt", "eu/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        _folder.Write("eu/tls.crt", _client.ChainPem);
        await RetryAsync();
        await IsWaitingAsync();
        _folder.Write("eu/tls.key", _client.KeyPem);
        await RetryAsync();

        await start.WithTimeout();
        Logged(WaitStarted).Should().ContainSingle();
    }

    [TestCase("eu/tls.key")]
    [TestCase("eu/ca.crt")]
    public async Task Waits_for_a_file_that_is_empty(string path)
    {
        var written = await File.ReadAllTextAsync(_folder[path]);
        _folder.Write(path, "");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        _folder.Write(path, written);
        await RetryAsync();

        await start.WithTimeout();
        Logged(WaitStarted).Single().Should().Contain(_folder[path]);
    }

    [Test]
    public async Task The_log_of_a_wait_does_not_contain_what_may_be_a_password()
    {
        // A user may write the password itself instead of the path of its file.
        _tls.KeyPasswordFile = _folder["secret"];
        var start = Task.Run(Load);
        await IsWaitingAsync();

        _folder.Write("secret", "unused");
        await RetryAsync();

        await start.WithTimeout();
        Logged(WaitStarted).Single().Should().NotContain("secret").And.BeApproved();
    }

    [Test]
    public async Task Waits_for_the_target_of_a_link()
    {
        Delete("eu/tls.key");
        File.CreateSymbolicLink(_folder["eu/tls.key"], "..data/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        _folder.Write("eu/..data/tls.key", _client.KeyPem);
        await RetryAsync();

        await start.WithTimeout();
    }

    [Test]
    public async Task Waits_for_the_first_file_of_folders()
    {
        Directory.CreateDirectory(_folder["cas"]);
        Directory.CreateDirectory(_folder["crls"]);
        _tls.CaFile[0] = _folder["cas"];
        _tls.CrlFile.Add(_folder["crls"]);
        var start = Task.Run(Load);
        await IsWaitingAsync();

        _folder.Write("cas/root.crt", _root.Pem);
        _folder.Write("crls/root.crl", _root.IssueCrl());
        await RetryAsync();

        await start.WithTimeout();
        Logged(WaitStarted).Single().Should().BeApproved();
    }

    [Test]
    public async Task Waits_for_a_configuration_file_and_then_for_the_files_that_it_names()
    {
        Delete("eu/ca.crt");
        using var host = CreateHost(services => services.AddEndpointMtls(_folder["realms.yaml"]));
        var start = Task.Run(() => host.StartAsync());
        await IsWaitingAsync();

        _folder.Write("realms.yaml", "- { name: us, endpoints: ['b:1'], tls_config: { ca_file: eu/ca.crt } }");
        await RetryAsync();
        await IsWaitingAsync();
        _folder.Write("eu/ca.crt", _root.Pem);
        await RetryAsync();

        await start.WithTimeout();
        host.Services.GetRequiredService<IEndpointChannelFactory>().Describe("b:1").Realm.Should().Be("us");
        Logged(WaitStarted).Should().ContainSingle().Which.Should().Contain(_folder["realms.yaml"]);
        await host.StopAsync().WithTimeout();
    }

    [Test]
    public async Task A_wait_continues_while_files_are_incomplete_or_do_not_match()
    {
        Delete("eu/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        _folder.Write("eu/tls.key", _root.IssueClient("other").KeyPem);
        await RetryAsync();
        await IsWaitingAsync();
        _folder.Write("eu/tls.key", _client.KeyPem[..60]);
        await RetryAsync();
        await IsWaitingAsync();
        _folder.Write("eu/tls.key", _client.KeyPem);
        await RetryAsync();

        await start.WithTimeout();
    }

    [Test]
    public async Task An_error_of_the_configuration_ends_a_wait()
    {
        using var host = CreateHost(services => services.AddEndpointMtls(_folder["realms.yaml"]));
        var start = Task.Run(() => host.StartAsync());
        await IsWaitingAsync();

        _folder.Write("realms.yaml", "- { endpoint: ['b:1'] }");
        await RetryAsync();

        (await Assert.CatchAsync<OptionsValidationException>(() => start.WithTimeout())).Message.Should().BeApproved();
    }

    [Test]
    public void Does_not_wait_for_files_that_do_not_match()
    {
        _folder.Write("eu/tls.key", _root.IssueClient("other").KeyPem);

        Assert.Catch<OptionsValidationException>(() => Load());
        _logs.Entries.Should().BeEmpty();
    }

    [Test]
    public void Does_not_wait_for_a_missing_file_if_there_is_another_error()
    {
        Delete("eu/ca.crt");
        _folder.Write("eu/tls.key", "no key");

        Assert.Catch<OptionsValidationException>(() => Load()).Failures.Should().HaveCount(2);
        _logs.Entries.Should().BeEmpty();
    }

    [Test]
    public async Task Fails_when_the_timeout_elapses()
    {
        Delete("eu/ca.crt", "eu/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        _folder.Write("eu/ca.crt", _root.Pem);
        _time.Advance(Timeout - TimeSpan.FromMilliseconds(100));
        await _time.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
        start.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(100));

        (await Assert.CatchAsync<OptionsValidationException>(() => start.WithTimeout())).Message.Should().BeApproved();
        Logged(WaitEnded).Should().BeEmpty();
    }

    [Test]
    public async Task Fails_with_all_errors_when_the_timeout_elapses()
    {
        Delete("eu/ca.crt", "eu/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        _time.Advance(Timeout);

        (await Assert.CatchAsync<OptionsValidationException>(() => start.WithTimeout())).Message.Should().BeApproved();
    }

    [Test]
    public async Task A_host_that_stops_does_not_wait()
    {
        Delete("eu/ca.crt");
        using var host = CreateHost();
        var start = Task.Run(() => host.StartAsync());
        await IsWaitingAsync();

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await Assert.CatchAsync<OperationCanceledException>(() => start.WithTimeout());
    }

    [Test]
    public async Task Kestrel_starts_when_the_files_of_its_server_are_written()
    {
        var options = Server("server");
        var start = Task.Run(() => EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(options), services => AddTo(services)));
        await IsWaitingAsync();

        WriteServer("server");
        await RetryAsync();

        await using var echo = await start.WithTimeout();
        await using var client = TestServices.With(new RealmOptions { Endpoints = { echo.Address }, TlsConfig = _tls });
        (await new Protos.Echo.EchoClient(client.Factory.GetChannel(echo.Address)).UnaryAsync(new Protos.EchoRequest { Text = "hello" })).Text.Should().Be("hello");
        Logged(WaitStarted).Single().Should().BeApproved();
    }

    [Test]
    public async Task A_server_that_waits_does_not_delay_other_servers_and_reloads()
    {
        var live = new LiveOptions();
        await using var services = new TestServices(services => live.AddTo(AddTo(services)));
        _ = services.Factory;
        var start = Task.Run(() => services.GetServer(Server("missing")));
        await IsWaitingAsync();

        WriteServer("written");
        await Task.Run(() => services.GetServer(Server("written"))).WithTimeout();
        await Task.Run(() => live.Set(new RealmOptions { Endpoints = { "b:1" } })).WithTimeout();

        services.Factory.GetChannel("b:1").Should().NotBeNull();
        start.IsCompleted.Should().BeFalse();
        WriteServer("missing");
        await RetryAsync();
        (await start.WithTimeout()).Realm.Should().Be("missing");
    }

    [TestCase("-00:00:01")]
    [TestCase("1.00:00:01")]
    public void Rejects_a_timeout_out_of_range(string timeout)
    {
        var services = new TestServices(services => services.AddEndpointMtls()
            .AddEndpointMtls(options => options.StartupTimeout = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture)));

        Assert.Catch<OptionsValidationException>(() => _ = services.Factory).Message.Should().BeApproved();
    }

    private IEnumerable<string> Logged(int eventId) => _logs.Entries.Where(entry => entry.EventId == eventId).Select(entry => entry.Message);

    private void Delete(params string[] paths) => Array.ForEach(paths, path => File.Delete(_folder[path]));

    private ServerTlsOptions Server(string name) => new()
    {
        Name = name,
        CertFile = _folder[$"{name}/tls.crt"],
        KeyFile = _folder[$"{name}/tls.key"],
        ClientCaFile = { _folder["eu/ca.crt"] },
        ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
    };

    private void WriteServer(string name) => _folder.WriteRealm(name, _root, _root.Issue(name, ["127.0.0.1"], TestCa.ServerAuthentication));

    private IServiceCollection AddTo(IServiceCollection services) => services
        .AddSingleton<TimeProvider>(_time)
        .AddLogging(logging => logging.AddProvider(_logs))
        .AddEndpointMtls(options =>
        {
            options.StartupTimeout = Timeout;
            options.Realms.Add(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = _tls });
        });

    private IHost CreateHost(Action<IServiceCollection>? add = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        AddTo(builder.Services);
        add?.Invoke(builder.Services);
        return builder.Build();
    }

    private RotatingCertificateProvider Load() => new TestServices(services => AddTo(services)).Get<RotatingCertificateProvider>("eu");

    /// <summary>Returns when a load has failed, and waits to be repeated.</summary>
    private Task IsWaitingAsync() => Task.WhenAll(_logs.Wait(WaitStarted), _time.WaitForTimerAsync(StartupWait.RetryInterval)).WithTimeout();

    /// <summary>Lets the time pass until a waiting load is repeated.</summary>
    private async Task RetryAsync()
    {
        await IsWaitingAsync();
        _time.Advance(StartupWait.RetryInterval);
    }
}
