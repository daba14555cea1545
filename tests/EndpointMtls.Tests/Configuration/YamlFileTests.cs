using EndpointMtls.Files;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Detects changes of a YAML file, and reloads it.</summary>
public sealed class YamlFileTests
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    private TempFolder _folder = null!;
    private TestTimeProvider _time = null!;
    private TestServices? _services;

    [SetUp]
    public void CreateFolder()
    {
        _folder = new TempFolder();

        // Later than the times of all files, so that no file counts as still changing.
        _time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [TearDown]
    public async Task CleanUp()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Test]
    public void Reloads_a_rewritten_file_at_the_next_check()
    {
        Start();

        Write("- endpoints: [b:1]");
        _time.Advance(CheckInterval);

        HasRealm("b:1").Should().BeTrue();
        HasRealm("a:1").Should().BeFalse();
    }

    [Test]
    public async Task Reloads_a_rewritten_file_before_the_next_check_if_its_folder_is_watched()
    {
        Start();

        Write("- endpoints: [b:1]");
        await _time.WaitForTimerAsync(FileMonitor.QuietPeriod);
        _time.Advance(FileMonitor.QuietPeriod);

        HasRealm("b:1").Should().BeTrue();
    }

    [Test]
    public void Reloads_a_file_that_was_replaced_by_a_rename()
    {
        Start();

        _folder.Write("next.yaml", "- endpoints: [b:1]");
        File.Move(_folder["next.yaml"], _folder["realms.yaml"], overwrite: true);
        _time.Advance(CheckInterval);

        HasRealm("b:1").Should().BeTrue();
    }

    [Test]
    public void Reloads_a_file_on_a_Kubernetes_volume()
    {
        var volume = new SecretVolume(_folder, "volume");
        volume.Publish(null, ("realms.yaml", "- endpoints: [a:1]"));
        Start(volume["realms.yaml"]);

        volume.Publish(null, ("realms.yaml", "- endpoints: [b:1]"));
        _time.Advance(CheckInterval);

        HasRealm("b:1").Should().BeTrue();
    }

    [Test]
    public void Detects_a_change_that_keeps_length_and_time()
    {
        Start();
        var time = File.GetLastWriteTimeUtc(_folder["realms.yaml"]);

        Write("- endpoints: [b:1]");
        File.SetLastWriteTimeUtc(_folder["realms.yaml"], time);
        _time.Advance(TimeSpan.FromMinutes(5));

        HasRealm("b:1").Should().BeTrue();
    }

    [Test]
    public void Does_not_reload_a_file_that_is_still_being_written()
    {
        Start();

        WriteDuringCheck("- endpoints: [b:1]\n- endpo", CheckInterval);
        WriteDuringCheck("- endpoints: [b:1]\n- endpoints: [c:1]", FileMonitor.QuietPeriod);
        HasRealm("a:1").Should().BeTrue();

        _time.Advance(FileMonitor.QuietPeriod);
        HasRealm("c:1").Should().BeTrue();
        _services!.Logs.Entries.Should().NotContain(entry => entry.EventId == 101);
    }

    [Test]
    public void Keeps_the_configuration_until_an_invalid_file_is_corrected()
    {
        Start();

        Write("- endpoint: [b:1]");
        _time.Advance(CheckInterval);
        HasRealm("a:1").Should().BeTrue();
        Rejections.Should().ContainSingle().Which.Should().Contain("realms[0].endpoint: ").And.Contain($"{_folder["realms.yaml"]}:1:3").And.BeApproved();

        _time.Advance(TimeSpan.FromMinutes(10));
        Rejections.Should().HaveCount(1);

        Write("- endpoints: [b:1]");
        _time.Advance(CheckInterval);
        HasRealm("b:1").Should().BeTrue();
    }

    [Test]
    public void Keeps_the_configuration_if_the_file_is_too_large()
    {
        Start();

        Write($"- endpoints: [b:1]\n#{new string('x', 1 << 22)}");
        _time.Advance(CheckInterval);

        HasRealm("a:1").Should().BeTrue();
        Rejections.Should().ContainSingle().Which.Should().Contain($"{_folder["realms.yaml"]}: ").And.BeApproved();
    }

    [Test]
    public void Keeps_the_configuration_if_the_file_is_deleted()
    {
        Start();

        File.Delete(_folder["realms.yaml"]);
        _time.Advance(CheckInterval);
        _time.Advance(CheckInterval);

        HasRealm("a:1").Should().BeTrue();
        Rejections.Should().ContainSingle().Which.Should().Contain($"{_folder["realms.yaml"]}: does not exist").And.BeApproved();
    }

    [Test]
    public void Reports_a_file_that_does_not_stop_changing()
    {
        Start();

        for (var check = 0; check < 400; check++)
        {
            WriteDuringCheck($"- endpoints: [b:{check + 1}]", check == 0 ? CheckInterval : FileMonitor.QuietPeriod);
        }

        HasRealm("a:1").Should().BeTrue();
        Rejections.Should().ContainSingle().Which.Should().Contain($"{_folder["realms.yaml"]}: does not stop changing").And.BeApproved();

        File.SetLastWriteTimeUtc(Write("- endpoints: [c:1]"), _time.GetUtcNow().UtcDateTime.AddMinutes(-1));
        _time.Advance(CheckInterval);
        HasRealm("c:1").Should().BeTrue();
    }

    [Test]
    public void Reads_all_sources_again_if_one_changes()
    {
        _folder.Write("realms.yaml", "- endpoints: [a:1]");
        _folder.Write("more.yaml", "- endpoints: [x:1]");
        _services = new TestServices(services => services.AddSingleton<TimeProvider>(_time)
            .AddEndpointMtls(_folder["realms.yaml"]).AddEndpointMtls(_folder["more.yaml"])
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "code:1" } })));
        _ = _services.Factory;

        _folder.Write("more.yaml", "- endpoints: [y:1]");
        _time.Advance(CheckInterval);

        (HasRealm("a:1"), HasRealm("y:1"), HasRealm("code:1")).Should().Be((true, true, true));
        _services.Factory.Describe("code:1").Realm.Should().Be("realms[2]");
    }

    [Test]
    public void Reads_files_together_that_change_together()
    {
        var volume = new SecretVolume(_folder, "volume");
        volume.Publish(null, ("a.yaml", "- { name: a, endpoints: [a:1, moves:1] }"), ("b.yaml", "- { name: b, endpoints: [b:1] }"));
        _services = new TestServices(services => services.AddSingleton<TimeProvider>(_time).AddEndpointMtls(volume["a.yaml"]).AddEndpointMtls(volume["b.yaml"]));
        var channel = _services.Factory.GetChannel("moves:1");

        volume.Publish(null, ("a.yaml", "- { name: a, endpoints: [a:1] }"), ("b.yaml", "- { name: b, endpoints: [b:1, moves:1] }"));
        _time.Advance(CheckInterval);

        _services.Factory.Describe("moves:1").Realm.Should().Be("b");
        _services.Factory.GetChannel("moves:1").Should().BeSameAs(channel);
        _services.Logs.Entries.Should().NotContain(entry => entry.EventId == 101 || entry.EventId == 304);
    }

    [Test]
    public void Rejects_a_truncated_file_without_its_tls_config_instead_of_using_plaintext()
    {
        _folder.Write("ca.crt", TestCa.CreateRoot("root").Pem);
        Start(Write("- endpoints: [a:1]\n  name: eu\n  tls_config: { ca_file: ca.crt }"));

        Write("- endpoints: [a:1]\n  name: eu\n");
        _time.Advance(CheckInterval);

        _services!.Factory.Describe("a:1").IsPlaintext.Should().BeFalse();
        Rejections.Should().ContainSingle().Which.Should().Contain("realms[0]: 'a:1' ").And.Contain($"{_folder["realms.yaml"]}:1:3").And.BeApproved();
    }

    [Test]
    public async Task Runs_no_timer_after_disposal()
    {
        Start();

        await _services!.DisposeAsync();

        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public async Task Watches_no_folder_after_disposal()
    {
        var root = TestCa.CreateRoot("root");
        for (var number = 0; number < WatchedFolder.MaxFolders; number++)
        {
            _folder.WriteRealm($"{number}/realm", root, client: null);
            await using var services = new TestServices(services => services.AddEndpointMtls(_folder.Write(
                $"{number}/realms.yaml", "- endpoints: [a:1]\n  tls_config: { ca_file: realm/ca.crt }")));
            _ = services.Factory;
        }

        using var watch = WatchedFolder.TryWatch(_folder.Root, () => { });
        watch.Should().NotBeNull();
    }

    private IEnumerable<string> Rejections => _services!.Logs.Entries.Where(entry => entry.EventId == 101).Select(entry => entry.Message);

    private void Start(string? path = null)
    {
        path ??= Write("- endpoints: [a:1]");
        _services = new TestServices(services => services.AddSingleton<TimeProvider>(_time).AddEndpointMtls(path));
        _ = _services.Factory;
    }

    private string Write(string yaml) => _folder.Write("realms.yaml", yaml);

    /// <summary>Writes the file at the time of the next check.</summary>
    private void WriteDuringCheck(string yaml, TimeSpan until)
    {
        File.SetLastWriteTimeUtc(Write(yaml), (_time.GetUtcNow() + until).UtcDateTime);
        _time.Advance(until);
    }

    private bool HasRealm(string address)
    {
        try
        {
            return _services!.Factory.Describe(address) is not null;
        }
        catch (NoMatchingRealmException)
        {
            return false;
        }
    }
}
