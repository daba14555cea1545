using EndpointMtls.Files;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Configuration;

/// <summary>How a YAML file that changes is noticed, whatever way it is changed.</summary>
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

        // Ahead of the files, so that none of them needs to settle.
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
    public void A_file_that_was_written_again_is_taken_over_at_the_next_look()
    {
        Start();

        Write("- endpoints: [b:1]");
        _time.Advance(CheckInterval);

        Claimed("b:1").Should().BeTrue();
        Claimed("a:1").Should().BeFalse();
    }

    [Test]
    public async Task A_file_that_was_written_again_is_noticed_before_that_by_its_watch()
    {
        Start();

        Write("- endpoints: [b:1]");
        await _time.WaitForTimerAsync(FileMonitor.QuietPeriod);
        _time.Advance(FileMonitor.QuietPeriod);

        Claimed("b:1").Should().BeTrue();
    }

    [Test]
    public void A_file_that_is_replaced_by_renaming_is_taken_over()
    {
        Start();

        _folder.Write("next.yaml", "- endpoints: [b:1]");
        File.Move(_folder["next.yaml"], _folder["realms.yaml"], overwrite: true);
        _time.Advance(CheckInterval);

        Claimed("b:1").Should().BeTrue();
    }

    [Test]
    public void A_volume_that_is_swapped_is_taken_over()
    {
        var volume = new SecretVolume(_folder, "volume");
        volume.Publish(null, ("realms.yaml", "- endpoints: [a:1]"));
        Start(volume["realms.yaml"]);

        volume.Publish(null, ("realms.yaml", "- endpoints: [b:1]"));
        _time.Advance(CheckInterval);

        Claimed("b:1").Should().BeTrue();
    }

    [Test]
    public void A_change_that_keeps_length_and_time_is_noticed()
    {
        Start();
        var time = File.GetLastWriteTimeUtc(_folder["realms.yaml"]);

        Write("- endpoints: [b:1]");
        File.SetLastWriteTimeUtc(_folder["realms.yaml"], time);
        _time.Advance(TimeSpan.FromMinutes(5));

        Claimed("b:1").Should().BeTrue();
    }

    [Test]
    public void A_file_that_is_still_being_written_is_not_taken_over()
    {
        Start();

        WriteWhenLooking("- endpoints: [b:1]\n- endpo", CheckInterval);
        WriteWhenLooking("- endpoints: [b:1]\n- endpoints: [c:1]", FileMonitor.QuietPeriod);
        Claimed("a:1").Should().BeTrue();

        _time.Advance(FileMonitor.QuietPeriod);
        Claimed("c:1").Should().BeTrue();
        _services!.Logs.Entries.Should().NotContain(entry => entry.EventId == 101);
    }

    [Test]
    public void A_file_that_is_wrong_changes_nothing_until_it_is_right()
    {
        Start();

        Write("- endpoint: [b:1]");
        _time.Advance(CheckInterval);
        Claimed("a:1").Should().BeTrue();
        Refusals.Should().Equal($"{Refused}realms[0].endpoint: unknown key ({_folder["realms.yaml"]}:1:3). Did you mean 'endpoints'?");

        _time.Advance(TimeSpan.FromMinutes(10));
        Refusals.Should().HaveCount(1);

        Write("- endpoints: [b:1]");
        _time.Advance(CheckInterval);
        Claimed("b:1").Should().BeTrue();
    }

    [Test]
    public void A_file_that_is_far_too_long_changes_nothing()
    {
        Start();

        Write($"- endpoints: [b:1]\n#{new string('x', 1 << 22)}");
        _time.Advance(CheckInterval);

        Claimed("a:1").Should().BeTrue();
        Refusals.Should().ContainSingle().Which.Should().StartWith($"{Refused}{_folder["realms.yaml"]}: is ").And.Contain(" bytes long. No file here needs more than ");
    }

    [Test]
    public void A_file_that_is_gone_changes_nothing()
    {
        Start();

        File.Delete(_folder["realms.yaml"]);
        _time.Advance(CheckInterval);
        _time.Advance(CheckInterval);

        Claimed("a:1").Should().BeTrue();
        Refusals.Should().Equal($"{Refused}{_folder["realms.yaml"]}: does not exist. Check the path.");
    }

    [Test]
    public void A_file_that_does_not_stop_changing_is_told_as_such()
    {
        Start();

        for (var look = 0; look < 400; look++)
        {
            WriteWhenLooking($"- endpoints: [b:{look + 1}]", look == 0 ? CheckInterval : FileMonitor.QuietPeriod);
        }

        Claimed("a:1").Should().BeTrue();
        Refusals.Should().Equal($"{Refused}{_folder["realms.yaml"]}: does not stop changing. Write it to a temporary name first, then rename it.");

        File.SetLastWriteTimeUtc(Write("- endpoints: [c:1]"), _time.GetUtcNow().UtcDateTime.AddMinutes(-1));
        _time.Advance(CheckInterval);
        Claimed("c:1").Should().BeTrue();
    }

    [Test]
    public void All_sources_are_read_again_when_one_has_changed()
    {
        _folder.Write("realms.yaml", "- endpoints: [a:1]");
        _folder.Write("more.yaml", "- endpoints: [x:1]");
        _services = new TestServices(services => services.AddSingleton<TimeProvider>(_time)
            .AddEndpointMtls(_folder["realms.yaml"]).AddEndpointMtls(_folder["more.yaml"])
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "code:1" } })));
        _ = _services.Factory;

        _folder.Write("more.yaml", "- endpoints: [y:1]");
        _time.Advance(CheckInterval);

        (Claimed("a:1"), Claimed("y:1"), Claimed("code:1")).Should().Be((true, true, true));
        _services.Factory.Describe("code:1").Realm.Should().Be("realms[2]");
    }

    [Test]
    public void Files_that_change_at_one_stroke_are_read_together()
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
    public void A_file_that_breaks_off_before_its_tls_config_makes_nothing_plaintext()
    {
        _folder.Write("ca.crt", TestCa.CreateRoot("root").Pem);
        Start(Write("- endpoints: [a:1]\n  name: eu\n  tls_config: { ca_file: ca.crt }"));

        Write("- endpoints: [a:1]\n  name: eu\n");
        _time.Advance(CheckInterval);

        _services!.Factory.Describe("a:1").IsPlaintext.Should().BeFalse();
        Refusals.Should().Equal($"{Refused}realms[0]: 'a:1' is secured by TLS now, and would become plaintext in realm 'eu' only because that has no 'tls_config' ({_folder["realms.yaml"]}:1:3). "
            + "If that is meant, write 'tls_config: { enabled: false }'.");
    }

    [Test]
    public async Task Nothing_is_looked_at_after_disposal()
    {
        Start();

        await _services!.DisposeAsync();

        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public async Task No_folder_is_watched_after_disposal()
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

    private const string Refused = "The configuration was changed and cannot be taken over; what was in force before stays. ";

    private IEnumerable<string> Refusals => _services!.Logs.Entries.Where(entry => entry.EventId == 101).Select(entry => entry.Message);

    private void Start(string? path = null)
    {
        path ??= Write("- endpoints: [a:1]");
        _services = new TestServices(services => services.AddSingleton<TimeProvider>(_time).AddEndpointMtls(path));
        _ = _services.Factory;
    }

    private string Write(string yaml) => _folder.Write("realms.yaml", yaml);

    /// <summary>Has a look come at the very moment at which the file is written.</summary>
    private void WriteWhenLooking(string yaml, TimeSpan until)
    {
        File.SetLastWriteTimeUtc(Write(yaml), (_time.GetUtcNow() + until).UtcDateTime);
        _time.Advance(until);
    }

    private bool Claimed(string address)
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
