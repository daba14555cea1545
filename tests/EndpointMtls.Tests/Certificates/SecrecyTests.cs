using System.Security.Cryptography;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Whatever goes wrong, no log, metric, error or exception shows a key or its password.</summary>
public sealed class SecrecyTests
{
    private const string Password = "correct-horse-battery-staple";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private static readonly TestCa CaCertificate = TestCa.CreateRoot("root");
    private static readonly TestCertificate Client = CaCertificate.IssueClient("client");
    private static readonly string Encrypted = Client.Key.ExportEncryptedPkcs8PrivateKeyPem(Password, Encryption);
    private static readonly string Sec1 = ((ECDsa)Client.Key).ExportECPrivateKeyPem();

    private static readonly (string What, Action<RotatingRealm> Do)[] Mishaps =
    [
        ("key of another", realm => realm.Write("tls.key", CaCertificate.IssueClient("other").KeyPem)),
        ("certificate of another", realm => realm.Write("tls.crt", CaCertificate.IssueClient("other").ChainPem)),
        ("wrong password", realm => realm.Write("password", Password + "r")),
        ("empty password", realm => realm.Write("password", "\n")),
        ("no password", realm => File.Delete(realm["password"])),
        ("password instead of key", realm => realm.Write("tls.key", Password)),
        ("password instead of certificate", realm => realm.Write("tls.crt", Password)),
        ("password instead of authority", realm => realm.Write("ca.crt", Password)),
        ("key instead of password", realm => realm.Write("password", Client.KeyPem)),
        ("key instead of certificate", realm => realm.Write("tls.crt", Client.KeyPem)),
        ("key instead of authority", realm => realm.Write("ca.crt", Client.KeyPem)),
        ("key named certificate", realm => realm.Write("tls.crt", Client.KeyPem.Replace("PRIVATE KEY", "CERTIFICATE", StringComparison.Ordinal))),
        ("key named another certificate", realm => realm.Write("ca.crt", Client.KeyPem.Replace("PRIVATE KEY", "TRUSTED CERTIFICATE", StringComparison.Ordinal))),
        ("key of a wrong form", realm => realm.Write("tls.key", Client.KeyPem.Replace("PRIVATE KEY", "RSA PRIVATE KEY", StringComparison.Ordinal))),
        ("key of an unknown form", realm => realm.Write("tls.key", Client.KeyPem.Replace("PRIVATE KEY", "SECRET KEY", StringComparison.Ordinal))),
        ("key in the old encrypted form", realm => realm.Write("tls.key", Sec1.Replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n", StringComparison.Ordinal))),
        ("plain key named encrypted", realm => realm.Write("tls.key", Client.KeyPem.Replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", StringComparison.Ordinal))),
        ("encrypted key named plain", realm => realm.Write("tls.key", Encrypted.Replace("ENCRYPTED ", "", StringComparison.Ordinal))),
        ("key with a wrong letter", realm => realm.Write("tls.key", Client.KeyPem.Replace(Client.KeyPem[40], '!'))),
        ("key with its bytes shuffled", realm => realm.Write("tls.key", PemEncoding.WriteString("PRIVATE KEY", [.. Client.Key.ExportPkcs8PrivateKey().Reverse()]))),
        .. new[] { 30, 50, 100, 150, 200 }.SelectMany(length => new (string, Action<RotatingRealm>)[]
        {
            ($"plain key cut at {length}", realm => realm.Write("tls.key", Client.KeyPem[..length])),
            ($"encrypted key cut at {length}", realm => realm.Write("tls.key", Encrypted[..length])),
            ($"SEC1 key cut at {length}", realm => realm.Write("tls.key", Sec1[..length])),
        }),
    ];

    private static readonly string[] Secrets =
    [
        Password,
        .. new[] { Client.KeyPem, Encrypted, Sec1 }.SelectMany(pem => pem.Split('\n')).Where(line => line.Length >= 16 && !line.StartsWith('-')).Select(line => line[..16]),
    ];

    private static readonly string[] AllMishaps = [.. Mishaps.Select(mishap => mishap.What)];

    [TestCaseSource(nameof(AllMishaps))]
    public async Task Nothing_is_shown_at_the_start(string what)
    {
        await using var realm = CreateRealm();
        Mishaps.Single(mishap => mishap.What == what).Do(realm);

        var exception = Assert.Catch(() => _ = realm.Provider)!;

        AssertShowsNoSecret(exception.ToString());
        foreach (var inner in InnerOf(exception))
        {
            AssertShowsNoSecret(inner.ToString());
        }
    }

    [Test]
    public async Task Nothing_is_shown_later()
    {
        using var meter = new MeterRecorder("eu");
        await using var realm = CreateRealm();
        _ = realm.InUse;
        foreach (var (what, mishap) in Mishaps)
        {
            WriteGood(realm);
            mishap(realm);

            realm.Time.Advance(TimeSpan.FromSeconds(1));
            var found = await realm.ReloadAsync();

            found.LastError.Should().NotBeNull(what);
            AssertShowsNoSecret(found.ToString() + found.LastError);
        }

        realm.CountLogs(203).Should().Be(Mishaps.Length);
        foreach (var entry in realm.Logs)
        {
            AssertShowsNoSecret(entry.ToString() + entry.Exception);
        }

        var measured = meter.Of("endpoint_mtls.certificate.reloads").ToList();
        measured.Should().HaveCountGreaterThanOrEqualTo(Mishaps.Length);
        measured.ForEach(reload => AssertShowsNoSecret(reload.Tags));
    }

    private static RotatingRealm CreateRealm()
    {
        var realm = new RotatingRealm(CaCertificate, Client);
        realm.Tls.KeyPasswordFile = realm["password"];
        WriteGood(realm);
        return realm;
    }

    private static void WriteGood(RotatingRealm realm)
    {
        realm.Write("tls.crt", Client.ChainPem);
        realm.Write("tls.key", Encrypted);
        realm.Write("password", Password + "\n");
        realm.Write("ca.crt", CaCertificate.Pem);
    }

    private static IEnumerable<Exception> InnerOf(Exception exception) =>
        exception is AggregateException aggregate ? aggregate.InnerExceptions.SelectMany(InnerOf).Prepend(exception)
        : exception.InnerException is { } inner ? InnerOf(inner).Prepend(exception)
        : [exception];

    private static void AssertShowsNoSecret(string text)
    {
        foreach (var secret in Secrets)
        {
            text.Should().NotContain(secret);
        }
    }
}
