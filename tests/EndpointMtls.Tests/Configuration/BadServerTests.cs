using System.Text;

namespace EndpointMtls.Tests.Configuration;

/// <summary>What is wrong in how a server is described, word for word.</summary>
public sealed class BadServerTests
{
    private const string Example = "Write 'server: { cert_file: tls.crt, key_file: tls.key }'";
    private const string Files = "server:\n  cert_file: c\n  key_file: k\n";
    private const string Verify = Files + "  client_ca_file: ca\n";
    private const string Realm = "server:\n  realm: eu\n";
    private const string LetInVerified = "Write 'client_auth_type: RequireAndVerifyClientCert'";
    private const string RealmHasIt = "contradicts 'realm' (FILE:3:3). The certificates of the realm are used, and its rules for them: remove one of the two.";

    // The whole.
    [TestCase("server:", $"server: has no value (FILE:1:1). {Example}, or remove 'server'.")]
    [TestCase("server: ''", $"server: has no value (FILE:1:1). {Example}, or remove 'server'.")]
    [TestCase("server: [a]", $"server: must be a group of keys, not a list (FILE:1:9). {Example}.")]
    [TestCase("server: eu", $"server: must be a group of keys, not a single value (FILE:1:9). {Example}.")]
    [TestCase("server: {}", "server: presents no certificate (FILE:1:9). Give it 'cert_file' and 'key_file', or the 'realm' whose certificate it presents.")]
    [TestCase("server: { client_auth_type: NoClientCert }", "server: presents no certificate (FILE:1:9). Give it 'cert_file' and 'key_file', or the 'realm' whose certificate it presents.")]
    [TestCase("sever: { realm: eu }", "sever: unknown key (FILE:1:1). Did you mean 'server'?")]
    [TestCase("- match: ['*']\n  server: { realm: eu }", "realms[0].server: unknown key (FILE:2:3). It belongs beside 'realms': a document with a server is 'realms: […]' and 'server: { … }'.")]
    [TestCase("- match: ['*']\n  max_connection_age: 5m", "realms[0].max_connection_age: unknown key (FILE:2:3). It belongs into 'server', beside 'realms'.")]
    [TestCase("- match: ['*']\n  tls_config:\n    client_ca_file: a", "realms[0].tls_config.client_ca_file: unknown key (FILE:3:5). It belongs into 'server', beside 'realms'.")]
    [TestCase("realms: [{ match: ['*'] }]\nclient_ca_file: a", "client_ca_file: unknown key (FILE:2:1). It belongs into 'server'.")]
    [TestCase("endpoints: [{ address: 'a:1' }]\nclient_auth_type: NoClientCert", "client_auth_type: unknown key (FILE:2:1). It belongs into 'server'.")]
    [TestCase("endpoints:\n- address: a:1\n  server: {}", "endpoints[0].server: unknown key (FILE:3:3). It belongs beside 'endpoints'.")]
    [TestCase("tls_server_config: { cert_file: c }", "FILE: is a web configuration, as Prometheus and its exporters read it, and not a list of realms (FILE:1:1). Write the keys of its 'tls_server_config' directly under 'server'.")]

    // Its files, or a realm.
    [TestCase("server:\n  cert_file: c", "server.key_file: required because 'cert_file' is set (FILE:2:3). Set both, or neither.")]
    [TestCase("server:\n  key_file: k", "server.cert_file: required because 'key_file' is set (FILE:2:3). Set both, or neither.")]
    [TestCase("server:\n  key_password_file: p", "server.key_password_file: there is no 'key_file' it could be for (FILE:2:3). Set 'key_file', or remove it.")]
    [TestCase("server:\n  cert_file: ''\n  key_file: ''", "server.cert_file: is empty (FILE:2:3). Give a path, or remove the key.", "server.key_file: is empty (FILE:3:3). Give a path, or remove the key.")]
    [TestCase("server: { cert_file: c, key_file: '-----BEGIN' }", "server.key_file: holds PEM text, and must be a path (FILE:1:25). Write the text to a file of its own, and give its path.")]
    [TestCase(Realm + "  cert_file: c", "server.cert_file: " + RealmHasIt)]
    [TestCase(Realm + "  key_file: c", "server.key_file: " + RealmHasIt)]
    [TestCase(Realm + "  key_password_file: c", "server.key_password_file: " + RealmHasIt)]
    [TestCase(Realm + "  client_ca_file: c", "server.client_ca_file: " + RealmHasIt)]
    [TestCase(Realm + "  check_interval: 10s", "server.check_interval: " + RealmHasIt)]
    [TestCase(Realm + "  ca_overlap: 1h", "server.ca_overlap: " + RealmHasIt)]
    [TestCase(Realm + "  on_expired: serve", "server.on_expired: " + RealmHasIt)]
    [TestCase(Realm + "  name: a", "server.name: contradicts 'realm' (FILE:3:3). Logs and metrics call such a server by its realm: remove the name.")]
    [TestCase("server: { realm: '' }", "server.realm: is empty (FILE:1:11). Name the realm whose certificate the server presents, or remove the key.")]
    [TestCase(Files + "  name: ''", "server.name: is empty (FILE:4:3). Give the server a name, or remove the key.")]
    [TestCase(Files + "  name: \"a\\nb\"", "server.name: 'a\\nb' has a character that a log would obey (FILE:4:3). Use letters, digits and dashes.")]
    [TestCase(Files + "realms: [{ name: server, match: ['*'] }]", "server.name: 'server' is taken by realms[0] (FILE:2:3). Names identify realms in logs and metrics: choose another.")]

    // Who gets in.
    [TestCase(Verify, "server.client_auth_type: required because 'client_ca_file' is set (FILE:2:3). " + LetInVerified + " to let in only whom it vouches for, or 'VerifyClientCertIfGiven' to let in clients without a certificate as well.")]
    [TestCase(Verify + "  client_auth_type: NoClientCert", "server.client_auth_type: with 'NoClientCert' nobody would be verified by 'client_ca_file' (FILE:5:3). " + LetInVerified + ", or remove 'client_ca_file'.")]
    [TestCase(Verify + "  client_auth_type: RequestClientCert", "server.client_auth_type: with 'RequestClientCert' nobody would be verified by 'client_ca_file' (FILE:5:3). " + LetInVerified + ", or remove 'client_ca_file'.")]
    [TestCase(Verify + "  client_auth_type: RequireClientCert", "server.client_auth_type: 'RequireAnyClientCert' lets in whoever makes a certificate for himself, and nobody would be verified by 'client_ca_file' (FILE:5:3). " + LetInVerified + ", or remove 'client_ca_file'.")]
    [TestCase(Verify + "  client_auth_type: RequireAndVerifyClientCerts", "server.client_auth_type: 'RequireAndVerifyClientCerts' is not one of its values (FILE:5:3). Did you mean 'RequireAndVerifyClientCert'?")]
    [TestCase(Verify + "  client_auth_type: RequireClientCerts", "server.client_auth_type: 'RequireClientCerts' is not one of its values (FILE:5:3). Did you mean 'RequireAnyClientCert'?")]
    [TestCase(Verify + "  client_auth_type: yes", "server.client_auth_type: 'yes' is not one of its values (FILE:5:3). One of them is 'RequireAndVerifyClientCert'.")]
    [TestCase(Verify + "  client_auth_type: 4", "server.client_auth_type: '4' is not one of its values (FILE:5:3). One of them is 'RequireAndVerifyClientCert'.")]
    [TestCase(Verify + "  client_auth: RequireAndVerifyClientCert", "server.client_auth: unknown key (FILE:5:3). Here it is 'client_auth_type'.")]
    [TestCase(Files + "  client_auth_type: 5\n  client_allowed_sans: [a]", "server.client_auth_type: '5' is not one of its values (FILE:4:3). One of them is 'RequireAndVerifyClientCert'.")]
    [TestCase(Files + "  client_auth_type: RequireAndVerifyClientCert", "server.client_ca_file: required because 'client_auth_type' is 'RequireAndVerifyClientCert' (FILE:2:3). Give the file with the certificate authorities that vouch for clients.")]
    [TestCase(Files + "  client_auth_type: VerifyClientCertIfGiven", "server.client_ca_file: required because 'client_auth_type' is 'VerifyClientCertIfGiven' (FILE:2:3). Give the file with the certificate authorities that vouch for clients.")]
    [TestCase(Files + "  client_ca_file: []\n  client_auth_type: RequireAndVerifyClientCert", "server.client_ca_file: is an empty list (FILE:4:3). It would let nobody in: list at least one, or remove the key.")]
    [TestCase(Files + "  client_ca_file:\n  client_auth_type: RequireAndVerifyClientCert", "server.client_ca_file: must be a single value, not nothing (FILE:4:3). Give one value, or remove the key.")]
    [TestCase(Files + "  client_ca_file: [a, '']\n  client_auth_type: RequireAndVerifyClientCert", "server.client_ca_file[1]: is empty (FILE:4:23). Give a path, or remove the key.")]
    [TestCase(Files + "  client_allowed_sans: [a]", "server.client_allowed_sans: keeps nobody out with 'NoClientCert', which verifies nobody (FILE:4:3). " + LetInVerified + ", or remove it.")]
    [TestCase(Realm + "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a]", "server.client_allowed_sans: keeps nobody out with 'RequireAnyClientCert', which verifies nobody (FILE:4:3). " + LetInVerified + ", or remove it.")]
    [TestCase(Realm + "  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [a]", "server.client_allowed_sans: keeps nobody out with 'VerifyClientCertIfGiven': whoever is not listed only has to send no certificate (FILE:4:3). " + LetInVerified + ", or remove it.")]
    [TestCase(Realm + "  client_allowed_sans: []", "server.client_allowed_sans: is an empty list (FILE:3:3). It could mean that nobody gets in, or everybody: list at least one, or remove the key.")]
    [TestCase(Realm + "  client_allowed_sans:", "server.client_allowed_sans: is an empty list (FILE:3:3). It could mean that nobody gets in, or everybody: list at least one, or remove the key.")]
    [TestCase(Realm + "  client_allowed_sans: a", "server.client_allowed_sans: must be a list, not a single value (FILE:3:3). Write one item a line, each after '- '.")]
    [TestCase(Files + "  on_client_cert_expired: close", "server.on_client_cert_expired: 'close' has no effect with 'NoClientCert', which verifies nobody (FILE:4:3). " + LetInVerified + ", or remove it.")]
    [TestCase(Files + "  client_auth_type: RequireAnyClientCert\n  on_trust_removed: close", "server.on_trust_removed: 'close' has no effect with 'RequireAnyClientCert', which verifies nobody (FILE:5:3). " + LetInVerified + ", or remove it.")]
    [TestCase(Realm + "  on_client_cert_expired: drain", "server.on_client_cert_expired: 'drain' is not one of its values (FILE:3:3). Write \"keep\" or \"close\".")]
    [TestCase(Realm + "  on_trust_removed: keep", "server.on_trust_removed: 'keep' is not one of its values (FILE:3:3). Write \"drain\" or \"close\".")]

    // How long connections live.
    [TestCase(Realm + "  max_connection_age: 500ms", "server.max_connection_age: 500ms is out of range (FILE:3:3). From 1s to 8760h.")]
    [TestCase(Realm + "  max_connection_age: 5", "server.max_connection_age: '5' is not a duration (FILE:3:3). Write a number with its unit, such as '30s', '5m' or '1h30m'.")]
    [TestCase(Realm + "  max_connection_age_grace: 0s", "server.max_connection_age_grace: is zero, which could mean that running calls are cut at once, or never (FILE:3:3). Remove the key to let them end; to cut them, write how long they may go on, such as '30s'.")]
    [TestCase(Realm + "  max_connection_age_grace: 366d", "server.max_connection_age_grace: 8784h is out of range (FILE:3:3). From 100ms to 8760h.")]
    [TestCase(Realm + "  close_on_rotation: true", "server.close_on_rotation: 'true' is not a duration (FILE:3:3). Write within how long connections are closed, such as '30s', or remove the key to keep them.")]
    [TestCase(Realm + "  close_on_rotation: 25h", "server.close_on_rotation: 25h is out of range (FILE:3:3). From 0s to 24h.")]
    [TestCase(Files + "  check_interval: 100ms\n  ca_overlap: 31d\n  on_expired: stop", "server.on_expired: 'stop' is not one of its values (FILE:6:3). Write \"serve\" or \"fail\".", "server.check_interval: 100ms is out of range (FILE:4:3). From 1s to 1h.", "server.ca_overlap: 744h is out of range (FILE:5:3). From 0s to 720h.")]
    public void Rejects_with_place_and_fix(string yaml, params string[] messages) => ErrorsOf(yaml).Should().Equal(messages);

    // What others call it.
    [TestCase("tls_config", "Write its keys directly under 'server'.")]
    [TestCase("tls_server_config", "Write its keys directly under 'server'.")]
    [TestCase("grpc_tls_config", "Write its keys directly under 'server'.")]
    [TestCase("ca_file", "Here it is 'client_ca_file'.")]
    [TestCase("client_ca", "Here it is 'client_ca_file'.")]
    [TestCase("cert", "Here it is 'cert_file'.")]
    [TestCase("key", "Here it is 'key_file'.")]
    [TestCase("client_auth", "Here it is 'client_auth_type'.")]
    [TestCase("grpc_server_max_connection_age", "Here it is 'max_connection_age'.")]
    [TestCase("grpc_server_max_connection_age_grace", "Here it is 'max_connection_age_grace'.")]
    [TestCase("tls_min_version", "Here it is 'min_version'.")]
    [TestCase("tls_cipher_suites", "Here it is 'cipher_suites', a list.")]
    [TestCase("curve_preferences", "Remove it: the platform decides.")]
    [TestCase("prefer_server_cipher_suites", "Remove it: the platform decides.")]
    [TestCase("enabled", "Remove 'server' to have none.")]
    [TestCase("insecure_skip_verify", "What is demanded of clients is said by 'client_auth_type'.")]
    [TestCase("endpoints", "It belongs into a realm.")]
    [TestCase("drain_timeout", "It belongs into the 'tls_config' of a realm.")]
    [TestCase("client_allowed_names", "Did you mean 'client_allowed_sans'?")]
    public void A_key_that_others_have_leads_to_ours(string key, string fix) =>
        ErrorsOf($"{Files}  {key}: x").Should().Equal($"server.{key}: unknown key (FILE:4:3). {fix}");

    [Test]
    public void What_is_wrong_with_realms_and_the_server_is_told_at_once() =>
        ErrorsOf("realms: [{ match: [':0'] }]\nserver: { cert_file: c, key_file: k, client_auth_type: VerifyClientCertIfGiven, close_on_rotation: 25h }").Should().HaveCount(3);

    private static IEnumerable<string> ErrorsOf(string yaml) =>
        TestDocuments.CompileAll(Encoding.UTF8.GetBytes(yaml)).Errors.All().Select(error => error.Replace(TestDocuments.File, "FILE", StringComparison.Ordinal));
}
