using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Accepts and rejects the cipher suites of a server.</summary>
public sealed class CipherSuiteTests
{
    [TestCase("TLS_AES_128_CCM_8_SHA256")]
    [TestCase("TLS_CHACHA20_POLY1305_SHA256")]
    [TestCase("TLS_AES_256_GCM_SHA384, TLS_AES_256_GCM_SHA384")]
    [TestCase("TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")]
    public void Reads_suites_by_name(string names)
    {
        var server = TestDocuments.ReadServer($"server: {{ realm: eu, cipher_suites: [{names}] }}");

        server.CipherSuites.Select(suite => suite.ToString()).Should().Equal(names.Split(", ").Distinct());
        server.Protocols.Should().Be(SslProtocols.Tls13);
    }

    [TestCase("[TLS_AES_128_GCM_SHA265]", "InvalidValue server.cipher_suites[0] 1:38")]
    [TestCase("[TLS_AES_128_GCM_SHA256, 4865]", "InvalidValue server.cipher_suites[1] 1:62")]
    [TestCase("[tls_aes_128_gcm_sha256]", "InvalidValue server.cipher_suites[0] 1:38")]
    [TestCase("[TLS_AES_128_GCM_SHA265, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]", "InvalidValue server.cipher_suites[0] 1:38")]
    [TestCase("[TLS_ECDHE_RSA_WITH_CAMELLIA_128_GCM_SHA256]", "InvalidValue server.cipher_suites[0] 1:38")]
    [TestCase("[]", "InvalidValue server.cipher_suites 1:22")]
    [TestCase("TLS_AES_128_GCM_SHA256", "WrongType server.cipher_suites 1:22")]
    [TestCase("[TLS_RSA_WITH_AES_128_GCM_SHA256]", "InvalidValue server.cipher_suites[0] 1:38")]
    [TestCase("[TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256]", "InvalidValue server.cipher_suites[1] 1:62")]
    [TestCase("[TLS_DHE_RSA_WITH_AES_128_GCM_SHA256]", "InvalidValue server.cipher_suites[0] 1:38")]
    [TestCase("[TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256]", "InvalidValue server.cipher_suites[0] 1:38")]
    [TestCase("[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]", "InvalidValue server.cipher_suites 1:22")]
    [TestCase("[TLS_AES_128_GCM_SHA256], min_version: 1.2", "InvalidValue server.cipher_suites 1:22")]
    public void Rejects_unusable_suites(string suites, params string[] errors) =>
        TestDocuments.ErrorsOf($"server: {{ realm: eu, cipher_suites: {suites} }}").ShouldBe(errors);

    [Test]
    public void Warns_if_only_TLS_1_2_suites_are_left()
    {
        const string Yaml = "server: { realm: eu, min_version: 1.2, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256] }";

        TestDocuments.ReadServer(Yaml).Protocols.Should().Be(SslProtocols.Tls12);
        TestDocuments.WarningsOf(Yaml).ShouldBe("InvalidValue server.cipher_suites 1:40");
    }

    [Test]
    public void Rejects_suites_where_only_the_system_selects_them() =>
        ErrorsOf(isChosenBySystem: true, TlsCipherSuite.TLS_AES_128_GCM_SHA256)
            .ShouldBe("Unsupported server.cipher_suites");

    [Test]
    public void Rejects_an_unknown_number_from_code() =>
        ErrorsOf(isChosenBySystem: false, (TlsCipherSuite)0x9999).ShouldBe("InvalidValue server.cipher_suites[0]");

    private static IEnumerable<ConfigurationError> ErrorsOf(bool isChosenBySystem, TlsCipherSuite suite)
    {
        var errors = new ConfigurationErrors();
        new CipherSuiteCompiler(errors, new RealmOrigin("server"), isChosenBySystem).Compile(new ServerTlsOptions { CipherSuites = { suite } });
        return errors.Errors;
    }
}
