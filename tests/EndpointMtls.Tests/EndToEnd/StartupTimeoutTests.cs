using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>With <c>StartupTimeout</c>, the first load waits for files that another program writes later.</summary>
public sealed class StartupTimeoutTests : StartupTimeoutFixture
{
    [Test]
    public async Task A_host_starts_when_the_missing_files_are_written()
    {
        Delete("eu/ca.crt", "eu/tls.crt", "eu/tls.key");
        using var host = CreateHost();
        var start = Task.Run(() => host.StartAsync());
        await IsWaitingAsync();

        Folder.WriteRealm("eu", Root, Client);
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

        Folder.Write("eu/tls.crt", Client.ChainPem);
        await RetryAsync();
        await IsWaitingAsync();
        Folder.Write("eu/tls.key", Client.KeyPem);
        await RetryAsync();

        await start.WithTimeout();
        Logged(WaitStarted).Should().ContainSingle();
    }

    [TestCase("eu/tls.key")]
    [TestCase("eu/ca.crt")]
    public async Task Waits_for_a_file_that_is_empty(string path)
    {
        var written = await File.ReadAllTextAsync(Folder[path]);
        Folder.Write(path, "");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        Folder.Write(path, written);
        await RetryAsync();

        await start.WithTimeout();
        Logged(WaitStarted).Single().Should().Contain(Folder[path]);
    }

    [Test]
    public async Task The_log_of_a_wait_does_not_contain_what_may_be_a_password()
    {
        // A user may write the password itself instead of the path of its file.
        Tls.KeyPasswordFile = Folder["secret"];
        var start = Task.Run(Load);
        await IsWaitingAsync();

        Folder.Write("secret", "unused");
        await RetryAsync();

        await start.WithTimeout();
        Logged(WaitStarted).Single().Should().NotContain("secret").And.BeApproved();
    }

    [Test]
    public async Task Waits_for_the_target_of_a_link()
    {
        Delete("eu/tls.key");
        File.CreateSymbolicLink(Folder["eu/tls.key"], "..data/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        Folder.Write("eu/..data/tls.key", Client.KeyPem);
        await RetryAsync();

        await start.WithTimeout();
    }

    [Test]
    public async Task Waits_for_the_first_file_of_folders()
    {
        Directory.CreateDirectory(Folder["cas"]);
        Directory.CreateDirectory(Folder["crls"]);
        Tls.CaFile[0] = Folder["cas"];
        Tls.CrlFile.Add(Folder["crls"]);
        var start = Task.Run(Load);
        await IsWaitingAsync();

        Folder.Write("cas/root.crt", Root.Pem);
        Folder.Write("crls/root.crl", Root.IssueCrl());
        await RetryAsync();

        await start.WithTimeout();
        Logged(WaitStarted).Single().Should().BeApproved();
    }

    [Test]
    public async Task Waits_for_a_configuration_file_and_then_for_the_files_that_it_names()
    {
        Delete("eu/ca.crt");
        using var host = CreateHost(services => services.AddEndpointMtls(Folder["realms.yaml"]));
        var start = Task.Run(() => host.StartAsync());
        await IsWaitingAsync();

        Folder.Write("realms.yaml", "- { name: us, endpoints: ['b:1'], tls_config: { ca_file: eu/ca.crt } }");
        await RetryAsync();
        await IsWaitingAsync();
        Folder.Write("eu/ca.crt", Root.Pem);
        await RetryAsync();

        await start.WithTimeout();
        host.Services.GetRequiredService<IEndpointChannelFactory>().Describe("b:1").Realm.Should().Be("us");
        Logged(WaitStarted).Should().ContainSingle().Which.Should().Contain(Folder["realms.yaml"]);
        await host.StopAsync().WithTimeout();
    }

    [Test]
    public async Task A_wait_continues_while_files_are_incomplete_or_do_not_match()
    {
        Delete("eu/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        Folder.Write("eu/tls.key", Root.IssueClient("other").KeyPem);
        await RetryAsync();
        await IsWaitingAsync();
        Folder.Write("eu/tls.key", Client.KeyPem[..60]);
        await RetryAsync();
        await IsWaitingAsync();
        Folder.Write("eu/tls.key", Client.KeyPem);
        await RetryAsync();

        await start.WithTimeout();
    }

    [Test]
    public async Task An_error_of_the_configuration_ends_a_wait()
    {
        using var host = CreateHost(services => services.AddEndpointMtls(Folder["realms.yaml"]));
        var start = Task.Run(() => host.StartAsync());
        await IsWaitingAsync();

        Folder.Write("realms.yaml", "- { endpoint: ['b:1'] }");
        await RetryAsync();

        (await Assert.CatchAsync<OptionsValidationException>(() => start.WithTimeout())).Message.Should().BeApproved();
    }

    [Test]
    public async Task Does_not_wait_for_files_that_do_not_match()
    {
        Folder.Write("eu/tls.key", Root.IssueClient("other").KeyPem);

        await Assert.CatchAsync<OptionsValidationException>(() => Task.Run(Load).WithTimeout());
        Logs.Entries.Should().BeEmpty();
    }

    [Test]
    public async Task Does_not_wait_for_a_missing_file_if_there_is_another_error()
    {
        Delete("eu/ca.crt");
        Folder.Write("eu/tls.key", "no key");

        (await Assert.CatchAsync<OptionsValidationException>(() => Task.Run(Load).WithTimeout())).Failures.Should().HaveCount(2);
        Logs.Entries.Should().BeEmpty();
    }

    [Test]
    public async Task Fails_when_the_timeout_elapses()
    {
        Delete("eu/ca.crt", "eu/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        Folder.Write("eu/ca.crt", Root.Pem);
        Time.Advance(Timeout - TimeSpan.FromMilliseconds(100));
        await Time.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
        start.IsCompleted.Should().BeFalse();
        Time.Advance(TimeSpan.FromMilliseconds(100));

        (await Assert.CatchAsync<OptionsValidationException>(() => start.WithTimeout())).Message.Should().BeApproved();
        Logged(WaitEnded).Should().BeEmpty();
    }

    [Test]
    public async Task Fails_with_all_errors_when_the_timeout_elapses()
    {
        Delete("eu/ca.crt", "eu/tls.key");
        var start = Task.Run(Load);
        await IsWaitingAsync();

        Time.Advance(Timeout);

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

    [TestCase("-00:00:01")]
    [TestCase("1.00:00:01")]
    public void Rejects_a_timeout_out_of_range(string timeout)
    {
        var services = new TestServices(services => services.AddEndpointMtls()
            .AddEndpointMtls(options => options.StartupTimeout = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture)));

        Assert.Catch<OptionsValidationException>(() => _ = services.Factory).Message.Should().BeApproved();
    }
}
