using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Whatever stands where a file should: refused in the same words at the start and later, when what was good stays in use.</summary>
public sealed class FileRejectionTests
{
    private const string NoFile = "is empty, or is not an ordinary file. Check the path, and what writes the file.";

    private TestCa _authority = null!;
    private RotatingRealm _realm = null!;

    [SetUp]
    public void CreateRealm()
    {
        _authority = TestCa.CreateRoot("root");
        _realm = new RotatingRealm(_authority, _authority.IssueClient("client"));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public async Task Refuses_what_is_not_a_file_of_use(
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
        error.Should().StartWith($"realms[0].tls_config.{Key(name)}: realm 'eu': '{_realm[name]}{(name == "ca.crt" && what == "folder" ? "/inner.crt" : "")}' {Expected(name, what)}");
        if (!atStart)
        {
            _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=client");
            (_realm.InUse.Generation, _realm.InUse.Anchors.Count, _realm.CountLogs(203)).Should().Be((1, 1, 1));
        }
    }

    [Test]
    public void Refuses_swapped_paths_when_files_are_swapped_later()
    {
        _ = _realm.InUse;
        var client = _authority.IssueClient("client-2");
        _realm.Write("tls.crt", client.KeyPem);
        _realm.Write("tls.key", client.ChainPem);

        _realm.LookAtHandshake().LastError.Should().Be(
            $"realms[0].tls_config.cert_file: realm 'eu': '{_realm["tls.crt"]}' holds a private key and no certificate. The paths of 'cert_file' and 'key_file' look swapped. "
            + $"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' holds a certificate and no private key. The paths of 'cert_file' and 'key_file' look swapped.");
    }

    [Test]
    public void Says_everything_that_is_wrong_at_once()
    {
        _realm.Tls.KeyPasswordFile = _realm["password"];
        _realm.Tls.CaFile.Add(_realm.Write("second.crt", "nonsense"));
        File.Delete(_realm["tls.crt"]);
        _realm.Write("tls.key", "");
        _realm.Write("ca.crt", _authority.Pem[..^10]);

        Failures().Select(failure => failure.Split(". ")[0]).Should().Equal(
            $"realms[0].tls_config.cert_file: realm 'eu': '{_realm["tls.crt"]}' does not exist",
            $"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' is empty, or is not an ordinary file",
            "realms[0].tls_config.key_password_file: realm 'eu': the file it names does not exist",
            $"realms[0].tls_config.ca_file: realm 'eu': '{_realm["ca.crt"]}' has a PEM block without its end or with broken content",
            $"realms[0].tls_config.ca_file: realm 'eu': '{_realm["second.crt"]}' holds no certificate");
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

    private static string Expected(string name, string what) => (what, name) switch
    {
        ("missing" or "dangling link", _) => "does not exist. Check the path.",
        ("empty" or "pipe", _) => NoFile,
        ("folder", not "ca.crt") => "is a folder. Give the path of a file.",
        ("too long", _) => "is 1,048,577 bytes long. No file here needs more than 1,048,576 bytes: check the path.",
        ("circle of links", _) => "cannot be read: ",
        (_, "tls.crt") => "holds no certificate. It must be PEM: the client certificate first, then its intermediates.",
        (_, "tls.key") => "holds no private key. It must be PEM: PKCS#8, PKCS#1 or SEC1.",
        _ => "holds no certificate. An empty bundle would trust nobody: give the certificate authorities that vouch for the servers.",
    };

    private static string Key(string name) => name switch { "tls.crt" => "cert_file", "tls.key" => "key_file", _ => "ca_file" };

    private IEnumerable<string> Failures() => Assert.Catch<OptionsValidationException>(() => _ = _realm.Provider)!.Failures;
}
