using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Rejects invalid options of a server that only code can set.</summary>
public sealed class ServerCodeTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan MinGrace = TimeSpan.FromMilliseconds(100);

    private static readonly (string Key, Action<ServerTlsOptions, TimeSpan> Set, TimeSpan Min, TimeSpan Max)[] Durations =
    [
        ("check_interval", (server, value) => server.CheckInterval = value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        ("ca_overlap", (server, value) => server.CaOverlap = value, TimeSpan.Zero, TimeSpan.FromDays(30)),
        ("max_connection_age", (server, value) => server.MaxConnectionAge = value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
        ("max_connection_age_grace", (server, value) => server.MaxConnectionAgeGrace = value, MinGrace, TimeSpan.FromDays(365)),
        ("close_on_rotation", (server, value) => server.CloseOnRotation = value, TimeSpan.Zero, TimeSpan.FromHours(24)),
    ];

    private static readonly (string Key, Action<ServerTlsOptions> Set)[] OfFiles =
    [
        ("name", server => server.Name = "a"),
        ("cert_file", server => server.CertFile = "c"),
        ("key_file", server => server.KeyFile = "k"),
        ("key_password_file", server => server.KeyPasswordFile = "p"),
        ("client_ca_file", server => server.ClientCaFile.Add("a")),
        ("client_crl_file", server => server.ClientCrlFile.Add("l")),
        ("client_crl_mode", server => server.ClientCrlMode = CrlMode.Require),
        ("check_interval", server => server.CheckInterval = TimeSpan.FromMinutes(1)),
        ("ca_overlap", server => server.CaOverlap = TimeSpan.FromMinutes(1)),
        ("expiry_warning", server => server.ExpiryWarning = TimeSpan.FromDays(7)),
        ("on_expired", server => server.OnExpired = ExpiredAction.Fail),
        ("allow_weak_certificates", server => server.AllowWeakCertificates = true),
    ];

    [Test]
    public void Accepts_durations_within_their_limits_only()
    {
        foreach (var (key, set, min, max) in Durations)
        {
            ErrorsOf(With(min)).Should().BeEmpty();
            ErrorsOf(With(max)).Should().BeEmpty();
            ErrorsOf(With(min - Tick)).ShouldBe($"OutOfRange server.{key}");
            ErrorsOf(With(max + Tick)).ShouldBe($"OutOfRange server.{key}");

            ServerTlsOptions With(TimeSpan value)
            {
                var server = new ServerTlsOptions { CertFile = "c", KeyFile = "k" };
                set(server, value);
                return server;
            }
        }
    }

    [Test]
    public void Rejects_options_of_own_files_together_with_a_realm()
    {
        OfFiles.Select(file => file.Key).Should().BeEquivalentTo(ConfigKeys.OfServerFiles);
        foreach (var (key, set) in OfFiles)
        {
            var server = new ServerTlsOptions { Realm = "eu" };
            set(server);

            ErrorsOf(server).ShouldBe($"Conflict server.{key}");
        }
    }

    [Test]
    public void Rejects_undefined_enum_values() => ErrorsOf(new ServerTlsOptions
    {
        CertFile = "c",
        KeyFile = "k",
        ClientCaFile = { "a" },
        ClientAuthType = (ClientAuthType)7,
        OnExpired = (ExpiredAction)7,
        OnClientCertExpired = (ClientConnectionAction)7,
        OnTrustRemoved = (ClientConnectionAction)7,
        MinVersion = SslProtocols.None,
    }).ShouldBe(
            "InvalidValue server.client_auth_type",
            "InvalidValue server.min_version",
            "InvalidValue server.on_expired",
            "InvalidValue server.on_client_cert_expired",
            "InvalidValue server.on_trust_removed");

    [TestCase("")]
    [TestCase(" ")]
    public void Rejects_an_empty_realm_name(string realm) => ErrorsOf(new ServerTlsOptions { Realm = realm })
        .Select(TestDocuments.Identify).Should().Contain("InvalidValue server.realm");

    [Test]
    public void Reads_a_file_that_is_listed_twice_only_once()
    {
        var own = new ServerCompiler(new ConfigurationErrors(), new RealmOrigin("server")).Compile(new ServerTlsOptions { CertFile = "c", KeyFile = "k", ClientCaFile = { "a", "b", "a" } }).OwnRealm!;

        own.Tls!.CaFiles.Should().Equal("a", "b");
    }

    [Test]
    public void Rejects_an_invalid_pattern_by_its_index() => ErrorsOf(new ServerTlsOptions { Realm = "eu", ClientAllowedSans = { "a", null!, "" } })
        .ShouldBe(
            "InvalidValue server.client_allowed_sans[1]",
            "InvalidValue server.client_allowed_sans[2]");

    private static IEnumerable<ConfigurationError> ErrorsOf(ServerTlsOptions server)
    {
        var errors = new ConfigurationErrors();
        _ = new RealmCompiler(errors).Compile(new EndpointMtlsOptions { Server = server });
        return errors.Errors;
    }
}
