using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Options that code sets can hold what no document can say: that is refused as well.</summary>
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
        ("on_expired", tls => tls.OnExpired = ExpiredAction.Fail),
    ];

    private static readonly (string Key, Action<TlsOptions, TimeSpan> Set, TimeSpan Least, TimeSpan Most)[] Durations =
    [
        ("check_interval", (tls, value) => tls.CheckInterval = value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        ("rotation_jitter", (tls, value) => tls.RotationJitter = value, TimeSpan.Zero, TimeSpan.FromHours(1)),
        ("drain_timeout", (tls, value) => tls.DrainTimeout = value, TimeSpan.Zero, TimeSpan.FromHours(24)),
        ("ca_overlap", (tls, value) => tls.CaOverlap = value, TimeSpan.Zero, TimeSpan.FromDays(30)),
    ];

    [Test]
    public void Plaintext_is_refused_beside_anything_that_only_TLS_uses()
    {
        foreach (var (key, set) in Settings)
        {
            var tls = new TlsOptions { Enabled = false };
            set(tls);

            ErrorsOf(tls).ShouldBe($"Conflict realms[0].tls_config.{key}");
        }
    }

    [Test]
    public void A_duration_may_be_the_least_and_the_most_and_nothing_beyond()
    {
        foreach (var (key, set, least, most) in Durations)
        {
            ErrorsOf(With(least)).Should().BeEmpty();
            ErrorsOf(With(most)).Should().BeEmpty();
            ErrorsOf(With(least - Tick)).ShouldBe($"OutOfRange realms[0].tls_config.{key}");
            ErrorsOf(With(most + Tick)).ShouldBe($"OutOfRange realms[0].tls_config.{key}");

            TlsOptions With(TimeSpan value)
            {
                var tls = new TlsOptions { CaFile = { "ca.crt" } };
                set(tls, value);
                return tls;
            }
        }
    }

    [Test]
    public void A_path_of_blanks_is_none() =>
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
