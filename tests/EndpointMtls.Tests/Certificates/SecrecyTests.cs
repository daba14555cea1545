using System.Security.Cryptography;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>No log, metric, error or exception contains a private key or its password, whatever is wrong with the files.</summary>
public sealed class SecrecyTests
{
    private const string Password = "correct-horse-battery-staple";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private static readonly TestCa Ca = TestCa.CreateRoot("root");
    private static readonly TestCertificate Client = Ca.IssueClient("client");
    private static readonly string Encrypted = Client.Key.ExportEncryptedPkcs8PrivateKeyPem(Password, Encryption);
    private static readonly string Sec1 = ((ECDsa)Client.Key).ExportECPrivateKeyPem();

    private static readonly (string What, Action<TestRealm> Do)[] Mistakes =
    [
        ("key of another", realm => realm.Write("tls.key", Ca.IssueClient("other").KeyPem)),
        ("certificate of another", realm => realm.Write("tls.crt", Ca.IssueClient("other").ChainPem)),
        ("wrong password", realm => realm.Write("password", Password + "r")),
        ("empty password", realm => realm.Write("password", "\n")),
        ("no password", realm => File.Delete(realm["password"])),
        ("password instead of key", realm => realm.Write("tls.key", Password)),
        ("password instead of certificate", realm => realm.Write("tls.crt", Password)),
        ("password instead of CA certificate", realm => realm.Write("ca.crt", Password)),
        ("key instead of password", realm => realm.Write("password", Client.KeyPem)),
        ("key instead of certificate", realm => realm.Write("tls.crt", Client.KeyPem)),
        ("key instead of CA certificate", realm => realm.Write("ca.crt", Client.KeyPem)),
        ("key named certificate", realm => realm.Write("tls.crt", Client.KeyPem.Replace("PRIVATE KEY", "CERTIFICATE", StringComparison.Ordinal))),
        ("key named another certificate", realm => realm.Write("ca.crt", Client.KeyPem.Replace("PRIVATE KEY", "TRUSTED CERTIFICATE", StringComparison.Ordinal))),
        ("key of a wrong form", realm => realm.Write("tls.key", Client.KeyPem.Replace("PRIVATE KEY", "RSA PRIVATE KEY", StringComparison.Ordinal))),
        ("key of an unknown form", realm => realm.Write("tls.key", Client.KeyPem.Replace("PRIVATE KEY", "SECRET KEY", StringComparison.Ordinal))),
        ("key in the old encrypted form", realm => realm.Write("tls.key", Sec1.Replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n", StringComparison.Ordinal))),
        ("plain key named encrypted", realm => realm.Write("tls.key", Client.KeyPem.Replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", StringComparison.Ordinal))),
        ("encrypted key named plain", realm => realm.Write("tls.key", Encrypted.Replace("ENCRYPTED ", "", StringComparison.Ordinal))),
        ("key with a wrong letter", realm => realm.Write("tls.key", Client.KeyPem.Replace(Client.KeyPem[40], '!'))),
        ("key with its bytes shuffled", realm => realm.Write("tls.key", PemEncoding.WriteString("PRIVATE KEY", [.. Client.Key.ExportPkcs8PrivateKey().Reverse()]))),
        .. new[] { 30, 50, 100, 150, 200 }.SelectMany(length => new (string, Action<TestRealm>)[]
        {
            ($"plain key truncated at {length}", realm => realm.Write("tls.key", Client.KeyPem[..length])),
            ($"encrypted key truncated at {length}", realm => realm.Write("tls.key", Encrypted[..length])),
            ($"SEC1 key truncated at {length}", realm => realm.Write("tls.key", Sec1[..length])),
        }),
    ];

    private static readonly string[] Secrets =
    [
        Password,
        .. new[] { Client.KeyPem, Encrypted, Sec1 }.SelectMany(pem => pem.Split('\n')).Where(line => line.Length >= 16 && !line.StartsWith('-')).Select(line => line[..16]),
    ];

    private static readonly string[] AllMistakeNames = [.. Mistakes.Select(mistake => mistake.What)];

    [TestCaseSource(nameof(AllMistakeNames))]
    public async Task Errors_at_the_start_contain_no_secret(string what)
    {
        await using var realm = CreateRealm();
        Mistakes.Single(mistake => mistake.What == what).Do(realm);

        var exception = Assert.Catch(() => _ = realm.Provider)!;

        AssertContainsNoSecret(exception.ToString());
        foreach (var inner in InnerOf(exception))
        {
            AssertContainsNoSecret(inner.ToString());
        }
    }

    [Test]
    public async Task Logs_metrics_and_errors_of_a_reload_contain_no_secret()
    {
        using var meter = new MeterRecorder("eu");
        await using var realm = CreateRealm();
        _ = realm.InUse;
        foreach (var (what, mistake) in Mistakes)
        {
            WriteGood(realm);
            mistake(realm);

            realm.Time.Advance(TimeSpan.FromSeconds(1));
            var loaded = await realm.ReloadAsync();

            loaded.LastError.Should().NotBeNull(what);
            AssertContainsNoSecret(loaded.ToString() + loaded.LastError);
        }

        realm.CountLogs(203).Should().Be(Mistakes.Length);
        foreach (var entry in realm.Logs)
        {
            AssertContainsNoSecret(entry.ToString() + entry.Exception);
        }

        var measured = meter.Of("endpoint_mtls.certificate.reloads").ToList();
        measured.Should().HaveCountGreaterThanOrEqualTo(Mistakes.Length);
        measured.ForEach(reload => AssertContainsNoSecret(reload.Tags));
    }

    private static TestRealm CreateRealm()
    {
        var realm = TestRealm.NotLoaded(Ca, Client);
        realm.Tls.KeyPasswordFile = realm["password"];
        WriteGood(realm);
        return realm;
    }

    private static void WriteGood(TestRealm realm)
    {
        realm.Write("tls.crt", Client.ChainPem);
        realm.Write("tls.key", Encrypted);
        realm.Write("password", Password + "\n");
        realm.Write("ca.crt", Ca.Pem);
    }

    private static IEnumerable<Exception> InnerOf(Exception exception) =>
        exception is AggregateException aggregate ? aggregate.InnerExceptions.SelectMany(InnerOf).Prepend(exception)
        : exception.InnerException is { } inner ? InnerOf(inner).Prepend(exception)
        : [exception];

    private static void AssertContainsNoSecret(string text)
    {
        foreach (var secret in Secrets)
        {
            text.Should().NotContain(secret);
        }
    }
}
