namespace EndpointMtls.Tests.Configuration;

/// <summary>Rejects invalid options of a server.</summary>
public sealed class BadServerTests
{
    private const string Files = "server:\n  cert_file: c\n  key_file: k\n";
    private const string Verify = Files + "  client_ca_file: ca\n";
    private const string Realm = "server:\n  realm: eu\n";

    // The server as a whole.
    [TestCase("server:", "InvalidValue server 1:1")]
    [TestCase("server: ''", "InvalidValue server 1:1")]
    [TestCase("server: [a]", "WrongType server 1:9")]
    [TestCase("server: eu", "WrongType server 1:9")]
    [TestCase("server: {}", "Required server 1:9")]
    [TestCase("server: { client_auth_type: NoClientCert }", "Required server 1:9")]
    [TestCase("sever: { realm: eu }", "UnknownKey sever 1:1")]
    [TestCase("- match: ['*']\n  server: { realm: eu }", "UnknownKey realms[0].server 2:3")]
    [TestCase("- match: ['*']\n  max_connection_age: 5m", "UnknownKey realms[0].max_connection_age 2:3")]
    [TestCase("- match: ['*']\n  tls_config:\n    client_ca_file: a", "UnknownKey realms[0].tls_config.client_ca_file 3:5")]
    [TestCase("realms: [{ match: ['*'] }]\nclient_ca_file: a", "UnknownKey client_ca_file 2:1")]
    [TestCase("endpoints: [{ address: 'a:1' }]\nclient_auth_type: NoClientCert", "UnknownKey client_auth_type 2:1")]
    [TestCase("endpoints:\n- address: a:1\n  server: {}", "UnknownKey endpoints[0].server 3:3")]
    [TestCase("tls_server_config: { cert_file: c }", "WrongDocument FILE 1:1")]

    // Files of its own, or those of a realm.
    [TestCase("server:\n  cert_file: c", "Required server.key_file 2:3")]
    [TestCase("server:\n  key_file: k", "Required server.cert_file 2:3")]
    [TestCase("server:\n  key_password_file: p", "Conflict server.key_password_file 2:3")]
    [TestCase("server:\n  cert_file: ''\n  key_file: ''", "InvalidValue server.cert_file 2:3", "InvalidValue server.key_file 3:3")]
    [TestCase("server: { cert_file: c, key_file: '-----BEGIN' }", "InvalidValue server.key_file 1:25")]
    [TestCase(Realm + "  cert_file: c", "Conflict server.cert_file 3:3")]
    [TestCase(Realm + "  key_file: c", "Conflict server.key_file 3:3")]
    [TestCase(Realm + "  key_password_file: c", "Conflict server.key_password_file 3:3")]
    [TestCase(Realm + "  client_ca_file: c", "Conflict server.client_ca_file 3:3")]
    [TestCase(Realm + "  client_crl_file: c", "Conflict server.client_crl_file 3:3")]
    [TestCase(Realm + "  client_crl_mode: prefer", "Conflict server.client_crl_mode 3:3")]
    [TestCase(Realm + "  check_interval: 10s", "Conflict server.check_interval 3:3")]
    [TestCase(Realm + "  ca_overlap: 1h", "Conflict server.ca_overlap 3:3")]
    [TestCase(Realm + "  on_expired: serve", "Conflict server.on_expired 3:3")]
    [TestCase(Realm + "  name: a", "Conflict server.name 3:3")]
    [TestCase("server: { realm: '' }", "InvalidValue server.realm 1:11")]
    [TestCase(Files + "  name: ''", "InvalidValue server.name 4:3")]
    [TestCase(Files + "  name: \"a\\nb\"", "InvalidValue server.name 4:3")]
    [TestCase(Files + "realms: [{ name: server, match: ['*'] }]", "Duplicate server.name 2:3")]

    // Client certificates.
    [TestCase(Files + "  client_crl_file: l", "Conflict server.client_crl_file 4:3")]
    [TestCase(Verify + "  client_auth_type: RequireAndVerifyClientCert\n  client_crl_file: []", "InvalidValue server.client_crl_file 6:3")]
    [TestCase(Verify + "  client_auth_type: RequireAndVerifyClientCert\n  client_crl_mode: require", "Conflict server.client_crl_mode 6:3")]
    [TestCase(Verify, "Required server.client_auth_type 2:3")]
    [TestCase(Verify + "  client_auth_type: NoClientCert", "Conflict server.client_auth_type 5:3")]
    [TestCase(Verify + "  client_auth_type: RequestClientCert", "Conflict server.client_auth_type 5:3")]
    [TestCase(Verify + "  client_auth_type: RequireClientCert", "Conflict server.client_auth_type 5:3")]
    [TestCase(Verify + "  client_auth_type: RequireAndVerifyClientCerts", "InvalidValue server.client_auth_type 5:3")]
    [TestCase(Verify + "  client_auth_type: RequireClientCerts", "InvalidValue server.client_auth_type 5:3")]
    [TestCase(Verify + "  client_auth_type: yes", "InvalidValue server.client_auth_type 5:3")]
    [TestCase(Verify + "  client_auth_type: 4", "InvalidValue server.client_auth_type 5:3")]
    [TestCase(Verify + "  client_auth: RequireAndVerifyClientCert", "UnknownKey server.client_auth 5:3")]
    [TestCase(Files + "  client_auth_type: 5\n  client_allowed_sans: [a]", "InvalidValue server.client_auth_type 4:3")]
    [TestCase(Files + "  client_auth_type: RequireAndVerifyClientCert", "Required server.client_ca_file 2:3")]
    [TestCase(Files + "  client_auth_type: VerifyClientCertIfGiven", "Required server.client_ca_file 2:3")]
    [TestCase(Files + "  client_ca_file: []\n  client_auth_type: RequireAndVerifyClientCert", "InvalidValue server.client_ca_file 4:3")]
    [TestCase(Files + "  client_ca_file:\n  client_auth_type: RequireAndVerifyClientCert", "WrongType server.client_ca_file 4:3")]
    [TestCase(Files + "  client_ca_file: [a, '']\n  client_auth_type: RequireAndVerifyClientCert", "InvalidValue server.client_ca_file[1] 4:23")]
    [TestCase(Files + "  client_allowed_sans: [a]", "Conflict server.client_allowed_sans 4:3")]
    [TestCase(Realm + "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a]", "Conflict server.client_allowed_sans 4:3")]
    [TestCase(Realm + "  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [a]", "Conflict server.client_allowed_sans 4:3")]
    [TestCase(Realm + "  client_allowed_sans: []", "InvalidValue server.client_allowed_sans 3:3")]
    [TestCase(Realm + "  client_allowed_sans:", "InvalidValue server.client_allowed_sans 3:3")]
    [TestCase(Realm + "  client_allowed_sans: a", "WrongType server.client_allowed_sans 3:3")]
    [TestCase(Files + "  on_client_cert_expired: close", "Conflict server.on_client_cert_expired 4:3")]
    [TestCase(Files + "  client_auth_type: RequireAnyClientCert\n  on_trust_removed: close", "Conflict server.on_trust_removed 5:3")]
    [TestCase(Realm + "  on_client_cert_expired: drain", "InvalidValue server.on_client_cert_expired 3:3")]
    [TestCase(Realm + "  on_trust_removed: drain", "InvalidValue server.on_trust_removed 3:3")]

    // The lifetime of connections.
    [TestCase(Realm + "  max_connection_age: 500ms", "OutOfRange server.max_connection_age 3:3")]
    [TestCase(Realm + "  max_connection_age: 5", "InvalidValue server.max_connection_age 3:3")]
    [TestCase(Realm + "  max_connection_age_grace: 0s", "OutOfRange server.max_connection_age_grace 3:3")]
    [TestCase(Realm + "  max_connection_age_grace: 366d", "OutOfRange server.max_connection_age_grace 3:3")]
    [TestCase(Realm + "  close_on_rotation: true", "InvalidValue server.close_on_rotation 3:3")]
    [TestCase(Realm + "  close_on_rotation: 25h", "OutOfRange server.close_on_rotation 3:3")]
    [TestCase(Files + "  check_interval: 100ms\n  ca_overlap: 31d\n  on_expired: stop", "InvalidValue server.on_expired 6:3", "OutOfRange server.check_interval 4:3", "OutOfRange server.ca_overlap 5:3")]
    public void Rejects_with_place_and_fix(string yaml, params string[] errors) => TestDocuments.ErrorsOf(yaml).ShouldBe(errors);

    // Keys of other programs.
    [TestCase("tls_config")]
    [TestCase("tls_server_config")]
    [TestCase("grpc_tls_config")]
    [TestCase("ca_file")]
    [TestCase("client_ca")]
    [TestCase("cert")]
    [TestCase("key")]
    [TestCase("client_auth")]
    [TestCase("grpc_server_max_connection_age")]
    [TestCase("grpc_server_max_connection_age_grace")]
    [TestCase("tls_min_version")]
    [TestCase("tls_cipher_suites")]
    [TestCase("curve_preferences")]
    [TestCase("prefer_server_cipher_suites")]
    [TestCase("enabled")]
    [TestCase("insecure_skip_verify")]
    [TestCase("endpoints")]
    [TestCase("drain_timeout")]
    [TestCase("client_allowed_names")]
    public void Suggests_the_key_for_one_of_another_program(string key) =>
        TestDocuments.ErrorsOf($"{Files}  {key}: x").ShouldBe($"UnknownKey server.{key} 4:3");

    [Test]
    public void Reports_errors_of_realms_and_the_server_together() =>
        TestDocuments.ErrorsOf("realms: [{ match: [':0'] }]\nserver: { cert_file: c, key_file: k, client_auth_type: VerifyClientCertIfGiven, close_on_rotation: 25h }").Should().HaveCount(3);
}
