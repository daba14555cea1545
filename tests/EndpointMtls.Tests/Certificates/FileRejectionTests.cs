using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Unusable files are rejected with the same errors at the start and later. Later, the last valid certificates stay in use.</summary>
public sealed class FileRejectionTests
{
    private TestCa _ca = null!;
    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm()
    {
        _ca = TestCa.CreateRoot("root");
        _realm = TestRealm.NotLoaded(_ca, _ca.IssueClient("client"));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public async Task Rejects_an_unusable_file(
        [Values("tls.crt", "tls.key", "ca.crt")] string name,
        [Values("missing", "empty", "pipe", "folder", "too long", "dangling link", "circle of links", "not PEM")] string what,
        [Values] bool atStart)
    {
        if (!atStart)
        {
            _ = _realm.InUse;
        }

        Put(name, what);

        var error = atStart
            ? (await Task.Run(Failures).WithTimeout()).Should().ContainSingle().Subject
            : (await Task.Run(_realm.ReloadAsync).WithTimeout()).LastError;
        error.Should().StartWith($"realms[0].tls_config.{Key(name)}: realm 'eu': '{_realm[name]}{(name == "ca.crt" && what == "folder" ? "/inner.crt" : "")}' ");
        error.Should().BeApproved();

        if (!atStart)
        {
            _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=client");
            (_realm.InUse.Generation, _realm.InUse.Anchors.Count, _realm.CountLogs(203)).Should().Be((1, 1, 1));
        }
    }

    [Test]
    public void Rejects_files_that_are_swapped_later()
    {
        _ = _realm.InUse;
        var client = _ca.IssueClient("client-2");
        _realm.Write("tls.crt", client.KeyPem);
        _realm.Write("tls.key", client.ChainPem);

        _realm.CheckAtHandshake().LastError.Should().ContainAll(
            $"realms[0].tls_config.cert_file: realm 'eu': '{_realm["tls.crt"]}' ", $"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' ");
        _realm.InUse.LastError.Should().BeApproved();
    }

    [Test]
    public void Reports_all_errors_at_once()
    {
        _realm.Tls.KeyPasswordFile = _realm["password"];
        _realm.Tls.CaFile.Add(_realm.Write("second.crt", "nonsense"));
        File.Delete(_realm["tls.crt"]);
        _realm.Write("tls.key", "");
        _realm.Write("ca.crt", _ca.Pem[..^10]);

        var failures = Failures().ToList();
        failures.Select(failure => failure.Split(": ")[0]).Should().Equal(
            "realms[0].tls_config.cert_file",
            "realms[0].tls_config.key_file",
            "realms[0].tls_config.key_password_file",
            "realms[0].tls_config.ca_file",
            "realms[0].tls_config.ca_file");
        failures.Should().BeApproved();
    }

    [TestCase("${CERTS}/ca.crt")]
    [TestCase("$HOME/ca.crt")]
    [TestCase("%CERTS%/ca.crt")]
    [TestCase("~/ca.crt")]
    [TestCase("{{ .Values.certs }}/ca.crt")]
    [TestCase("\u2018ca-1.crt\u2019")]
    [TestCase("ca\u20111.crt")]
    [TestCase("ca-1.crt\u00A0")]
    [TestCase("certs\\ca.crt")]
    [TestCase("ca-1.crt,ca-2.crt")]
    [TestCase("no/such/ca.crt")]
    [TestCase("ca-1.crt.gz")]
    public async Task Explains_a_path_without_a_file_and_reads_a_file_that_has_it(string path)
    {
        _realm.Tls.CaFile[0] = _realm[path];

        Failures().Should().ContainSingle().Which.Should().Contain("' does not exist").And.BeApproved();

        await using var other = TestRealm.NotLoaded(_ca, client: null);
        other.Tls.CaFile[0] = other.Write(path, _ca.Pem);
        other.InUse.LastError.Should().BeNull();
    }

    [Test]
    public void Names_a_path_that_is_too_long_only_once()
    {
        _realm.Tls.CaFile[0] = _realm[new string('x', 300)];

        Failures().Should().ContainSingle().Which.Should().EndWith("' cannot be read: its path is too long. Use a shorter path.");
    }

    private void Put(string name, string what)
    {
        File.Delete(_realm[name]);
        switch (what)
        {
            case "empty":
                _realm.Write(name, "");
                break;
            case "pipe":
                Unix.CreatePipe(_realm[name]);
                break;
            case "folder":
                _realm.Write($"{name}/inner.crt", "nonsense");
                break;
            case "too long":
                _realm.Write(name, new string('x', (1 << 20) + 1));
                break;
            case "dangling link":
                File.CreateSymbolicLink(_realm[name], "nowhere");
                break;
            case "circle of links":
                File.CreateSymbolicLink(_realm[name], name);
                break;
            case "not PEM":
                _realm.Write(name, "nonsense");
                break;
        }
    }

    private static string Key(string name) => name switch { "tls.crt" => "cert_file", "tls.key" => "key_file", _ => "ca_file" };

    private IEnumerable<string> Failures() => Assert.Catch<OptionsValidationException>(() => _ = _realm.Provider)!.Failures;
}
