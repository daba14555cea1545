using System.Security.Authentication;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads every key of <c>tls_config</c> from every source.</summary>
public sealed class TlsConfigTests
{
    private static readonly TlsOptions Expected = new()
    {
        CertFile = "/eu/tls.crt",
        KeyFile = "/eu/tls.key",
        KeyPasswordFile = "/eu/password",
        CaFile = { "/eu/ca.crt", "/eu/more" },
        ServerName = "store.eu",
        MinVersion = SslProtocols.Tls12,
        CheckInterval = TimeSpan.FromMinutes(1),
        RotationJitter = TimeSpan.FromMilliseconds(500),
        DrainTimeout = TimeSpan.FromMinutes(90),
        CaOverlap = TimeSpan.FromDays(2),
        OnTrustRemoved = TrustRemovedAction.Close,
        OnExpired = ExpiredAction.Fail,
        ExpiryWarning = TimeSpan.FromDays(14),
        OnIdentityRejected = IdentityRejectedAction.UseNew,
    };

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Reads_every_key_from_YAML() => ReadYaml("""
        - match: ["*"]
          tls_config:
            cert_file: /eu/tls.crt
            key_file: /eu/tls.key
            key_password_file: /eu/password
            ca_file: [/eu/ca.crt, /eu/more]
            server_name: store.eu
            min_version: "1.2"
            check_interval: 1m
            rotation_jitter: 500ms
            drain_timeout: 1h30m
            ca_overlap: 2d
            on_trust_removed: close
            on_expired: fail
            expiry_warning: 2w
            on_identity_rejected: use_new
        """).Should().BeEquivalentTo(Expected);

    [TestCase("CertFile KeyFile KeyPasswordFile CaFile:0 CaFile:1 ServerName MinVersion CheckInterval RotationJitter DrainTimeout CaOverlap OnTrustRemoved OnExpired ExpiryWarning OnIdentityRejected")]
    [TestCase("cert_file key_file key_password_file ca_file:0 ca_file:1 server_name min_version check_interval rotation_jitter drain_timeout ca_overlap on_trust_removed on_expired expiry_warning on_identity_rejected")]
    [TestCase("CERTFILE KEYFILE KEYPASSWORDFILE CAFILE:0 CAFILE:1 SERVERNAME MINVERSION CHECKINTERVAL ROTATIONJITTER DRAINTIMEOUT CAOVERLAP ONTRUSTREMOVED ONEXPIRED EXPIRYWARNING ONIDENTITYREJECTED")]
    public void Reads_every_key_from_configuration(string keys)
    {
        string[] values = ["/eu/tls.crt", "/eu/tls.key", "/eu/password", "/eu/ca.crt", "/eu/more", "store.eu", "1.2", "00:01:00", "00:00:00.5", "01:30:00", "2.00:00:00", "close", "fail", "14.00:00:00", "use_new"];

        ReadSection(keys.Split(' ').Zip(values)).Should().BeEquivalentTo(Expected);
    }

    [Test]
    public void Reads_a_CA_file_in_a_section_as_a_single_value() =>
        ReadSection([("CaFile", "/eu/ca.crt")]).CaFile.Should().Equal("/eu/ca.crt");

    [Test]
    public void Uses_the_documented_defaults()
    {
        var defaults = new TlsOptions
        {
            CaFile = { "/ca.crt" },
            MinVersion = SslProtocols.Tls13,
            CheckInterval = TimeSpan.FromSeconds(10),
            RotationJitter = TimeSpan.FromSeconds(30),
            DrainTimeout = TimeSpan.FromMinutes(5),
            CaOverlap = TimeSpan.Zero,
            OnTrustRemoved = TrustRemovedAction.Drain,
            OnExpired = ExpiredAction.Serve,
            ExpiryWarning = null,
            OnIdentityRejected = IdentityRejectedAction.KeepPrevious,
        };

        ReadYaml("- match: ['*']\n  tls_config: { ca_file: /ca.crt }").Should().BeEquivalentTo(defaults);
        ReadSection([("CaFile", "/ca.crt")]).Should().BeEquivalentTo(defaults);
    }

    [Test]
    public void Reads_each_keyword_and_zero()
    {
        var tls = ReadYaml("- match: ['*']\n  tls_config: { ca_file: /ca.crt, on_trust_removed: drain, on_expired: serve, on_identity_rejected: keep_previous, rotation_jitter: 0, drain_timeout: 0s, ca_overlap: 0, expiry_warning: 0 }");

        tls.Should().BeEquivalentTo(new { OnTrustRemoved = TrustRemovedAction.Drain, OnExpired = ExpiredAction.Serve, OnIdentityRejected = IdentityRejectedAction.KeepPrevious, RotationJitter = TimeSpan.Zero, DrainTimeout = TimeSpan.Zero, CaOverlap = TimeSpan.Zero, ExpiryWarning = TimeSpan.Zero });
    }

    [Test]
    public void Accepts_empty_and_default_values_with_plaintext() =>
        TestDocuments.Read("- match: ['*']\n  tls_config: { enabled: false, use_system_roots: false, insecure_skip_verify: false, server_name: '' }").Single().Tls.Should().BeNull();

    [Test]
    public void Reads_a_CA_file_that_is_listed_twice_only_once() =>
        TestDocuments.Read("- match: ['*']\n  tls_config: { ca_file: [a.crt, b.crt, a.crt] }").Single().Tls!.CaFiles.Should().Equal("/etc/a.crt", "/etc/b.crt");

    [TestCase("1s")]
    [TestCase("24h")]
    public void Accepts_the_limits_of_the_refresh_interval(string interval) =>
        TestDocuments.Read($"- endpoints_sd_files: [{{ files: [a.yaml], refresh_interval: {interval} }}]").Should().ContainSingle();

    [Test]
    public void Resolves_relative_paths_against_the_folder_of_the_YAML_file()
    {
        var tls = ReadYaml("- match: ['*']\n  tls_config: { cert_file: a.crt, key_file: k/a.key, key_password_file: ../password, ca_file: [ca.crt, /roots, sub/more] }");

        new[] { tls.CertFile, tls.KeyFile, tls.KeyPasswordFile }.Should().Equal(_folder["a.crt"], _folder["k/a.key"], _folder["../password"]);
        tls.CaFile.Should().Equal(_folder["ca.crt"], "/roots", _folder["sub/more"]);
    }

    [Test]
    public async Task Accepts_every_key_set_in_code()
    {
        var root = TestCa.CreateRoot("root");
        var client = root.IssueClient("client");
        var tls = new TlsOptions
        {
            CertFile = _folder.Write("tls.crt", client.ChainPem),
            KeyFile = _folder.Write("tls.key", client.Key.ExportEncryptedPkcs8PrivateKeyPem(
                "secret", new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes128Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000))),
            KeyPasswordFile = _folder.Write("password", "secret\n"),
            CaFile = { _folder.Write("ca.crt", root.Pem) },
            ServerName = Expected.ServerName,
            MinVersion = Expected.MinVersion,
            CheckInterval = Expected.CheckInterval,
            RotationJitter = Expected.RotationJitter,
            DrainTimeout = Expected.DrainTimeout,
            CaOverlap = Expected.CaOverlap,
            OnTrustRemoved = Expected.OnTrustRemoved,
            OnExpired = Expected.OnExpired,
            ExpiryWarning = Expected.ExpiryWarning,
            OnIdentityRejected = Expected.OnIdentityRejected,
        };
        await using var services = TestServices.With(new RealmOptions { Name = "eu", Match = { "*" }, TlsConfig = tls });

        services.Get<RotatingCertificateProvider>("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=client");
    }

    private TlsOptions ReadYaml(string yaml) =>
        Read(services => services.AddEndpointMtls(_folder.Write("realms.yaml", yaml)));

    private static TlsOptions ReadSection(IEnumerable<(string Key, string Value)> values) => Read(services => services.AddEndpointMtls(new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create($"Realms:0:TlsConfig:{pair.Key}", (string?)pair.Value))).Build()));

    private static TlsOptions Read(Action<IServiceCollection> add) =>
        new TestServices(add).Get<IOptions<EndpointMtlsOptions>>().Value.Realms.Single().TlsConfig!;
}
