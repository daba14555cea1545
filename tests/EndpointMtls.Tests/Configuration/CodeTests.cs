using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Rejects invalid options that only code can set.</summary>
public sealed class CodeTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private static readonly (string Key, Action<TlsOptions> Set)[] Settings =
    [
        ("cert_file", tls => tls.CertFile = "tls.crt"),
        ("key_file", tls => tls.KeyFile = "tls.key"),
        ("key_password_file", tls => tls.KeyPasswordFile = "password"),
        ("ca_file", tls => tls.CaFile.Add("ca.crt")),
        ("use_system_roots", tls => tls.UseSystemRoots = true),
        ("insecure_skip_verify", tls => tls.InsecureSkipVerify = true),
        ("server_name", tls => tls.ServerName = "store"),
        ("min_version", tls => tls.MinVersion = System.Security.Authentication.SslProtocols.Tls12),
        ("check_interval", tls => tls.CheckInterval = TimeSpan.FromMinutes(1)),
        ("rotation_jitter", tls => tls.RotationJitter = TimeSpan.FromMinutes(1)),
        ("drain_timeout", tls => tls.DrainTimeout = TimeSpan.FromMinutes(1)),
        ("ca_overlap", tls => tls.CaOverlap = TimeSpan.FromMinutes(1)),
        ("on_trust_removed", tls => tls.OnTrustRemoved = TrustRemovedAction.Close),
        ("expiry_warning", tls => tls.ExpiryWarning = TimeSpan.FromDays(7)),
        ("on_expired", tls => tls.OnExpired = ExpiredAction.Fail),
        ("on_identity_rejected", tls => tls.OnIdentityRejected = IdentityRejectedAction.UseNew),
    ];

    private static readonly (string Key, Action<TlsOptions, TimeSpan> Set, TimeSpan Min, TimeSpan Max)[] Durations =
    [
        ("check_interval", (tls, value) => tls.CheckInterval = value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        ("rotation_jitter", (tls, value) => tls.RotationJitter = value, TimeSpan.Zero, TimeSpan.FromHours(1)),
        ("drain_timeout", (tls, value) => tls.DrainTimeout = value, TimeSpan.Zero, TimeSpan.FromHours(24)),
        ("ca_overlap", (tls, value) => tls.CaOverlap = value, TimeSpan.Zero, TimeSpan.FromDays(30)),
    ];

    [Test]
    public void Rejects_every_TLS_option_with_plaintext()
    {
        foreach (var (key, set) in Settings)
        {
            var tls = new TlsOptions { Enabled = false };
            set(tls);

            ErrorsOf(tls).ShouldBe($"Conflict realms[0].tls_config.{key}");
        }
    }

    [Test]
    public void Accepts_durations_within_their_limits_only()
    {
        foreach (var (key, set, min, max) in Durations)
        {
            ErrorsOf(With(min)).Should().BeEmpty();
            ErrorsOf(With(max)).Should().BeEmpty();
            ErrorsOf(With(min - Tick)).ShouldBe($"OutOfRange realms[0].tls_config.{key}");
            ErrorsOf(With(max + Tick)).ShouldBe($"OutOfRange realms[0].tls_config.{key}");

            TlsOptions With(TimeSpan value)
            {
                var tls = new TlsOptions { CaFile = { "ca.crt" } };
                set(tls, value);
                return tls;
            }
        }
    }

    [Test]
    public void Rejects_a_path_of_white_space() =>
        ErrorsOf(new TlsOptions { CaFile = { " " }, CertFile = " ", KeyFile = "\t" }).ShouldBe(
            "InvalidValue realms[0].tls_config.cert_file",
            "InvalidValue realms[0].tls_config.key_file",
            "InvalidValue realms[0].tls_config.ca_file");

    private static IEnumerable<ConfigurationError> ErrorsOf(TlsOptions tls)
    {
        var errors = new ConfigurationErrors();
        _ = new RealmCompiler(errors).Compile(new EndpointMtlsOptions { Realms = { new RealmOptions { Match = { "*" }, TlsConfig = tls } } });
        return errors.Errors;
    }
}
