using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The ways in which tools replace certificate files.</summary>
public sealed class RotationLayoutTests
{
    private TestCa _ca = null!;
    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm()
    {
        _ca = TestCa.CreateRoot("root");
        _realm = TestRealm.NotLoaded(_ca, _ca.IssueClient("client-1"));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void Rotates_with_a_Kubernetes_volume_twenty_times_in_a_row()
    {
        UseFilesIn("volume");
        PublishVolume(1);
        foreach (var name in new[] { "tls.crt", "tls.key", "ca.crt" })
        {
            Unix.Link(_realm[$"volume/{name}"], $"..data/{name}");
        }

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");
        for (var number = 2; number <= 21; number++)
        {
            PublishVolume(number);
            Directory.Delete(_realm[$"volume/..{number - 1}"], recursive: true);

            var after = _realm.CheckAtHandshake();

            after.ClientCertificate!.Subject.Should().Be($"CN=client-{number}");
            after.Anchors.Should().ContainSingle().Which.Subject.Should().Be($"CN=root-{number}");
            after.Generation.Should().Be(number);
        }

        _realm.CountLogs(203).Should().Be(0);
    }

    [Test]
    public async Task Rotates_with_a_Kubernetes_volume_whose_new_files_have_the_same_stamps_while_these_are_recent()
    {
        UseFilesIn("volume");
        var (first, second) = (_ca.IssueClient("client-1"), _ca.IssueClient("client-1"));
        WriteVolume("volume/..1", first, age: TimeSpan.FromSeconds(1));
        WriteVolume("volume/..2", second, age: TimeSpan.FromSeconds(1));
        Unix.Link(_realm["volume/..data"], "..1");
        foreach (var name in new[] { "tls.crt", "tls.key", "ca.crt" })
        {
            Unix.Link(_realm[$"volume/{name}"], $"..data/{name}");
        }

        _ = _realm.InUse;
        Unix.Link(_realm["volume/..data"], "..2");

        (await _realm.ReloadAsync()).ClientCertificate!.SerialNumber.Should().Be(second.Leaf.SerialNumber);
    }

    [Test]
    public void Rotates_with_a_link_to_a_folder_that_is_replaced()
    {
        UseFilesIn("current");
        WriteVolume("release-1", _ca.IssueClient("client-1"));
        WriteVolume("release-2", _ca.IssueClient("client-2"));
        Unix.Link(_realm["current"], "release-1");
        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");

        Unix.Link(_realm["current"], "release-2");
        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=client-2");

        Unix.Link(_realm["current"], "release-1");
        _realm.CheckAtHandshake().Should().Match<LoadedCertificates>(after => after.ClientCertificate!.Subject == "CN=client-1" && after.Generation == 3);
    }

    [Test]
    public void Rotates_when_files_are_renamed_over_the_old_ones()
    {
        _ = _realm.InUse;
        var client = _ca.IssueClient("client-2");
        File.Move(_realm.Write("tls.crt.tmp", client.ChainPem), _realm["tls.crt"], overwrite: true);
        File.Move(_realm.Write("tls.key.tmp", client.KeyPem), _realm["tls.key"], overwrite: true);

        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=client-2");
    }

    [Test]
    public async Task Keeps_the_certificates_while_files_are_removed_and_rotates_when_they_are_written_again()
    {
        _ = _realm.InUse;
        File.Delete(_realm["tls.crt"]);
        File.Delete(_realm["ca.crt"]);

        var meanwhile = await _realm.ReloadAsync();
        meanwhile.Generation.Should().Be(1);
        meanwhile.LastError.Should().Contain($"'{_realm["tls.crt"]}' does not exist").And.Contain($"'{_realm["ca.crt"]}' does not exist");
        Presented().Should().Be("CN=client-1");

        _realm.Present(_ca.IssueClient("client-2"));
        _realm.Write("ca.crt", _ca.Pem);
        _realm.CheckAtHandshake().Should().Match<LoadedCertificates>(after => after.Generation == 2 && after.LastError == null);
        Presented().Should().Be("CN=client-2");
    }

    [Test]
    public void Reports_no_error_when_files_are_removed_for_a_moment()
    {
        _ = _realm.InUse;
        File.Delete(_realm["tls.crt"]);
        _realm.CheckAtHandshake().LastError.Should().BeNull();

        _realm.Present(_ca.IssueClient("client-2"));
        _realm.Time.Advance(TestRealm.QuietPeriod);

        _realm.InUse.Generation.Should().Be(2);
        _realm.CountLogs(203).Should().Be(0);
    }

    [Test]
    public async Task Rotates_when_the_whole_folder_is_removed_and_written_again()
    {
        UseFilesIn("volume");
        WriteVolume("volume", _ca.IssueClient("client-1"));
        _ = _realm.InUse;
        Directory.Delete(_realm["volume"], recursive: true);
        (await _realm.ReloadAsync()).LastError.Should().NotBeNull();
        Presented().Should().Be("CN=client-1");

        WriteVolume("volume", _ca.IssueClient("client-2"));
        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=client-2");
    }

    private void PublishVolume(int number)
    {
        WriteVolume($"volume/..{number}", TestCa.CreateRoot($"root-{number}").IssueClient($"client-{number}"), $"root-{number}");
        Unix.Link(_realm["volume/..data"], $"..{number}");
    }

    private void WriteVolume(string folder, TestCertificate client, string? root = null, TimeSpan? age = null)
    {
        _realm.Write($"{folder}/tls.crt", client.ChainPem, age);
        _realm.Write($"{folder}/tls.key", client.KeyPem, age);
        _realm.Write($"{folder}/ca.crt", root is null ? _ca.Pem : TestCa.CreateRoot(root).Pem, age);
    }

    private void UseFilesIn(string folder)
    {
        (_realm.Tls.CertFile, _realm.Tls.KeyFile) = (_realm[$"{folder}/tls.crt"], _realm[$"{folder}/tls.key"]);
        _realm.Tls.CaFile[0] = _realm[$"{folder}/ca.crt"];
    }

    private string Presented() => _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!.TargetCertificate.Subject;
}
