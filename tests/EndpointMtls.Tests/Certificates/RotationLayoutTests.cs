using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The ways in which certificate files are put in place.</summary>
public sealed class RotationLayoutTests
{
    private TestCa _authority = null!;
    private RotatingRealm _realm = null!;

    [SetUp]
    public void CreateRealm()
    {
        _authority = TestCa.CreateRoot("root");
        _realm = new RotatingRealm(_authority, _authority.IssueClient("client-1"));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void A_Kubernetes_volume_swapped_twenty_times_in_a_row()
    {
        UseFilesIn("volume");
        Swap(1);
        foreach (var name in new[] { "tls.crt", "tls.key", "ca.crt" })
        {
            Unix.Link(_realm[$"volume/{name}"], $"..data/{name}");
        }

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");
        for (var number = 2; number <= 21; number++)
        {
            Swap(number);
            Directory.Delete(_realm[$"volume/..{number - 1}"], recursive: true);

            var after = _realm.LookAtHandshake();

            after.ClientCertificate!.Subject.Should().Be($"CN=client-{number}");
            after.Anchors.Should().ContainSingle().Which.Subject.Should().Be($"CN=root-{number}");
            after.Generation.Should().Be(number);
        }

        _realm.CountLogs(203).Should().Be(0);
    }

    [Test]
    public async Task A_Kubernetes_swap_that_leaves_stamp_and_length_alone_is_found_while_the_files_are_young()
    {
        UseFilesIn("volume");
        var (first, second) = (_authority.IssueClient("client-1"), _authority.IssueClient("client-1"));
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
    public void A_folder_behind_a_link_that_is_pointed_elsewhere()
    {
        UseFilesIn("current");
        WriteVolume("release-1", _authority.IssueClient("client-1"));
        WriteVolume("release-2", _authority.IssueClient("client-2"));
        Unix.Link(_realm["current"], "release-1");
        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");

        Unix.Link(_realm["current"], "release-2");
        _realm.LookAtHandshake().ClientCertificate!.Subject.Should().Be("CN=client-2");

        Unix.Link(_realm["current"], "release-1");
        _realm.LookAtHandshake().Should().Match<LoadedCertificates>(after => after.ClientCertificate!.Subject == "CN=client-1" && after.Generation == 3);
    }

    [Test]
    public void Files_renamed_over_the_old_ones()
    {
        _ = _realm.InUse;
        var client = _authority.IssueClient("client-2");
        File.Move(_realm.Write("tls.crt.tmp", client.ChainPem), _realm["tls.crt"], overwrite: true);
        File.Move(_realm.Write("tls.key.tmp", client.KeyPem), _realm["tls.key"], overwrite: true);

        _realm.LookAtHandshake().ClientCertificate!.Subject.Should().Be("CN=client-2");
    }

    [Test]
    public async Task Files_removed_and_written_anew_leave_what_was_in_use_meanwhile()
    {
        _ = _realm.InUse;
        File.Delete(_realm["tls.crt"]);
        File.Delete(_realm["ca.crt"]);

        var meanwhile = await _realm.ReloadAsync();
        meanwhile.Generation.Should().Be(1);
        meanwhile.LastError.Should().Contain($"'{_realm["tls.crt"]}' does not exist").And.Contain($"'{_realm["ca.crt"]}' does not exist");
        Presented().Should().Be("CN=client-1");

        _realm.WriteIdentity(_authority.IssueClient("client-2"));
        _realm.Write("ca.crt", _authority.Pem);
        _realm.LookAtHandshake().Should().Match<LoadedCertificates>(after => after.Generation == 2 && after.LastError == null);
        Presented().Should().Be("CN=client-2");
    }

    [Test]
    public void Files_removed_for_a_moment_are_nobodys_concern()
    {
        _ = _realm.InUse;
        File.Delete(_realm["tls.crt"]);
        _realm.LookAtHandshake().LastError.Should().BeNull();

        _realm.WriteIdentity(_authority.IssueClient("client-2"));
        _realm.Time.Advance(FileMonitor.QuietPeriod);

        _realm.InUse.Generation.Should().Be(2);
        _realm.CountLogs(203).Should().Be(0);
    }

    [Test]
    public async Task The_whole_folder_removed_and_put_back()
    {
        UseFilesIn("volume");
        WriteVolume("volume", _authority.IssueClient("client-1"));
        _ = _realm.InUse;
        Directory.Delete(_realm["volume"], recursive: true);
        (await _realm.ReloadAsync()).LastError.Should().NotBeNull();
        Presented().Should().Be("CN=client-1");

        WriteVolume("volume", _authority.IssueClient("client-2"));
        _realm.LookAtHandshake().ClientCertificate!.Subject.Should().Be("CN=client-2");
    }

    private void Swap(int number)
    {
        WriteVolume($"volume/..{number}", TestCa.CreateRoot($"root-{number}").IssueClient($"client-{number}"), $"root-{number}");
        Unix.Link(_realm["volume/..data"], $"..{number}");
    }

    private void WriteVolume(string folder, TestCertificate client, string? root = null, TimeSpan? age = null)
    {
        _realm.Write($"{folder}/tls.crt", client.ChainPem, age);
        _realm.Write($"{folder}/tls.key", client.KeyPem, age);
        _realm.Write($"{folder}/ca.crt", root is null ? _authority.Pem : TestCa.CreateRoot(root).Pem, age);
    }

    private void UseFilesIn(string folder)
    {
        (_realm.Tls.CertFile, _realm.Tls.KeyFile) = (_realm[$"{folder}/tls.crt"], _realm[$"{folder}/tls.key"]);
        _realm.Tls.CaFile[0] = _realm[$"{folder}/ca.crt"];
    }

    private string Presented() => _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!.TargetCertificate.Subject;
}
