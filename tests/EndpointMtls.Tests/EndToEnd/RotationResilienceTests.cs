using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Channels rotate although callbacks block or throw, and invalid files are rejected.</summary>
public sealed class RotationResilienceTests : RotationFixture
{
    [Test]
    public async Task A_callback_that_blocks_does_not_delay_channels()
    {
        Start();
        await CallAsync();
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        using var subscription = ChangeToken.OnChange(Provider.GetChangeToken, () =>
        {
            entered.Set();
            leave.Wait(TimeSpan.FromSeconds(30));
        });

        var rotation = Task.Run(() => PresentAsync("client-2"));
        entered.Wait(TimeSpan.FromSeconds(30)).Should().BeTrue();

        await UntilPresents("client-2");
        leave.Set();
        await rotation.WithTimeout();
    }

    [Test]
    public async Task A_log_sink_and_a_callback_that_throw_do_not_prevent_a_rotation()
    {
        Services = new TestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            services.AddLogging(logging => logging.AddProvider(new ThrowingLogger()));
            services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", Endpoints = { Server.Address }, TlsConfig = Tls }));
        });
        await CallAsync();
        var changes = 0;
        using var subscription = ChangeToken.OnChange(Provider.GetChangeToken, () => changes++);
        using var thrower = Provider.GetChangeToken().RegisterChangeCallback(_ => throw new InvalidOperationException(), null);
        using var running = Client.Duplex();
        await ExchangeAsync(running);

        await PresentAsync("client-2");

        await UntilPresents("client-2");
        changes.Should().Be(1);
        Time.Advance(Tls.DrainTimeout);
        EndpointConnectionException.ReasonOf(await CatchFailureAsync(running)).Should().Be(ConnectionFailureReason.Drained);
    }

    [Test]
    public async Task Rejects_a_bundle_without_a_valid_root()
    {
        Start();
        await CallAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=yesterday's root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = request.CreateSelfSigned(Time.GetUtcNow().AddDays(-9), Time.GetUtcNow().AddDays(-1));

        File.WriteAllText(Tls.CaFile[0], root.ExportCertificatePem());
        var loaded = await Provider.ReloadAsync().WithTimeout();

        loaded.Generation.Should().Be(1);
        loaded.LastError.Should().Contain($"'{Tls.CaFile[0]}'");
        loaded.LastError.Should().BeApproved();
        await CallAsync();
    }

    [Test]
    public async Task Rejects_a_chain_without_the_issuer_of_its_leaf()
    {
        Start();
        _ = Provider;
        var client = ClientRoot.CreateIntermediate("its issuer").IssueClient("client-2");
        File.WriteAllText(Tls.CertFile!, (client with { Intermediates = [.. ClientRoot.CreateIntermediate("another").Intermediates] }).ChainPem);
        File.WriteAllText(Tls.KeyFile!, client.KeyPem);

        var loaded = await Provider.ReloadAsync().WithTimeout();

        loaded.LastError.Should().ContainAll($"'{Tls.CertFile}'", "'CN=client-2'", "'CN=its issuer'");
        loaded.LastError.Should().BeApproved();
    }

    [Test]
    public async Task Files_that_keep_changing_are_reported_and_loaded_when_they_stop()
    {
        Start();
        _ = Provider;
        Task<LoadedCertificates> reload;
        var number = 0;
        do
        {
            // Earlier reloads still wait and may check the file at any time: its last write must always be recent.
            var next = Folder.Write("next", $"{ServerRoot.Pem}\n# {++number}\n");
            File.SetLastWriteTimeUtc(next, Time.GetUtcNow().UtcDateTime);
            File.Move(next, Tls.CaFile[0], overwrite: true);
            reload = Provider.ReloadAsync();
            Time.Advance(TimeSpan.FromMilliseconds(50));
        }
        while (!reload.IsCompleted && number < 1000);

        var failure = await reload.WithTimeout();
        failure.LastError.Should().BeApproved();

        // The thread of an earlier reload may have detected it, and logs after it has released the lock.
        await Services.Logs.Wait(203).WithTimeout();
        Services.Logs.Entries.Where(entry => entry.EventId == 203).Should().ContainSingle();

        Time.Advance(TimeSpan.FromSeconds(1));
        (await Provider.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
    }

    [Test]
    public async Task Relative_links_in_a_linked_folder_are_resolved_as_by_the_system()
    {
        var client = ClientRoot.IssueClient("client-3");
        Folder.Write("etc/archive/x/tls.crt", client.ChainPem);
        Folder.Write("etc/archive/x/tls.key", client.KeyPem);
        Directory.CreateDirectory(Folder["etc/live/x"]);
        foreach (var name in new[] { "tls.crt", "tls.key" })
        {
            File.CreateSymbolicLink(Folder[$"etc/live/x/{name}"], $"../../archive/x/{name}");
        }

        Directory.CreateDirectory(Folder["app"]);
        Directory.CreateSymbolicLink(Folder["app/certs"], Folder["etc/live/x"]);
        (Tls.CertFile, Tls.KeyFile) = (Folder["app/certs/tls.crt"], Folder["app/certs/tls.key"]);
        Start();

        (await CallAsync()).Should().Be("CN=client-3");
    }

    private sealed class ThrowingLogger : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id is 202 or 207 or 303)
            {
                throw new IOException("No space left on device.");
            }
        }

        public void Dispose()
        {
        }
    }
}
