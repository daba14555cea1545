using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Which cipher suites a server may be told to accept.</summary>
public sealed class CipherSuiteTests
{
    private const string Needs13 = "Add one such as 'TLS_AES_128_GCM_SHA256'.";

    [TestCase("TLS_AES_128_CCM_8_SHA256")]
    [TestCase("TLS_CHACHA20_POLY1305_SHA256")]
    [TestCase("TLS_AES_256_GCM_SHA384, TLS_AES_256_GCM_SHA384")]
    [TestCase("TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")]
    public void Suites_are_read_by_their_names(string names)
    {
        var server = TestDocuments.ReadServer($"server: {{ realm: eu, cipher_suites: [{names}] }}");

        server.CipherSuites.Select(suite => suite.ToString()).Should().Equal(names.Split(", ").Distinct());
        server.Protocols.Should().Be(SslProtocols.Tls13);
    }

    [TestCase("[TLS_AES_128_GCM_SHA265]", "server.cipher_suites[0]: 'TLS_AES_128_GCM_SHA265' is not one of its values (FILE:1:38). Did you mean 'TLS_AES_128_GCM_SHA256'?")]
    [TestCase("[TLS_AES_128_GCM_SHA256, 4865]", "server.cipher_suites[1]: '4865' is not one of its values (FILE:1:62). One of them is 'TLS_AES_128_GCM_SHA256'.")]
    [TestCase("[tls_aes_128_gcm_sha256]", "server.cipher_suites[0]: 'tls_aes_128_gcm_sha256' is not one of its values (FILE:1:38). Did you mean 'TLS_AES_128_GCM_SHA256'?")]
    [TestCase("[TLS_AES_128_GCM_SHA265, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]", "server.cipher_suites[0]: 'TLS_AES_128_GCM_SHA265' is not one of its values (FILE:1:38). Did you mean 'TLS_AES_128_GCM_SHA256'?")]
    [TestCase("[TLS_ECDHE_RSA_WITH_CAMELLIA_128_GCM_SHA256]", "server.cipher_suites[0]: 'TLS_ECDHE_RSA_WITH_CAMELLIA_128_GCM_SHA256' can never be agreed on: .NET has no way to use it with a certificate (FILE:1:38). Remove it.")]
    [TestCase("[]", "server.cipher_suites: is an empty list (FILE:1:22). No connection could be made: list at least one, or remove the key.")]
    [TestCase("TLS_AES_128_GCM_SHA256", "server.cipher_suites: must be a list, not a single value (FILE:1:22). Write one item a line, each after '- '.")]
    [TestCase("[TLS_RSA_WITH_AES_128_GCM_SHA256]", "server.cipher_suites[0]: 'TLS_RSA_WITH_AES_128_GCM_SHA256' is forbidden by HTTP/2 (RFC 9113, appendix A) (FILE:1:38). Remove it.")]
    [TestCase("[TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256]", "server.cipher_suites[1]: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256' is forbidden by HTTP/2 (RFC 9113, appendix A) (FILE:1:62). Remove it.")]
    [TestCase("[TLS_DHE_RSA_WITH_AES_128_GCM_SHA256]", "server.cipher_suites[0]: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256' can never be agreed on: .NET has no way to use it with a certificate (FILE:1:38). Remove it.")]
    [TestCase("[TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256]", "server.cipher_suites[0]: 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256' can never be agreed on: .NET has no way to use it with a certificate (FILE:1:38). Remove it.")]
    [TestCase("[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]", $"server.cipher_suites: none of them is of TLS 1.3, and 'min_version' allows nothing less: no connection could be made (FILE:1:22). {Needs13}")]
    [TestCase("[TLS_AES_128_GCM_SHA256], min_version: 1.2", "server.cipher_suites: none of them is of TLS 1.2, which 'min_version' allows: no client of that version could connect (FILE:1:22). Write 'min_version: \"1.3\"', or add one such as 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'.")]
    public void What_no_connection_could_be_made_with_is_refused(string suites, string message) =>
        TestDocuments.ErrorsOf($"server: {{ realm: eu, cipher_suites: {suites} }}").Should().Equal(message);

    [Test]
    public void Suites_of_TLS_12_alone_leave_no_other_version_and_a_warning_says_so()
    {
        const string Yaml = "server: { realm: eu, min_version: 1.2, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256] }";

        TestDocuments.ReadServer(Yaml).Protocols.Should().Be(SslProtocols.Tls12);
        TestDocuments.WarningsOf(Yaml).Should().Equal($"server.cipher_suites: none of them is of TLS 1.3: every connection will be of TLS 1.2 (FILE:1:40). {Needs13}");
    }

    [Test]
    public void Where_only_the_system_chooses_every_suite_is_refused() =>
        ErrorsOf(isChosenBySystem: true, TlsCipherSuite.TLS_AES_128_GCM_SHA256)
            .Should().Equal("server.cipher_suites: cannot be chosen here: on Windows only the system does that. Remove the key, and choose them by group policy.");

    [Test]
    public void A_number_that_is_no_suite_is_refused_in_code() =>
        ErrorsOf(isChosenBySystem: false, (TlsCipherSuite)0x9999).Should().Equal("server.cipher_suites[0]: '39321' is not a cipher suite that .NET knows. Remove it.");

    private static IEnumerable<string> ErrorsOf(bool isChosenBySystem, TlsCipherSuite suite)
    {
        var errors = new ConfigurationErrors();
        new CipherSuiteCompiler(errors, new RealmOrigin("server"), isChosenBySystem).Compile(new ServerTlsOptions { CipherSuites = { suite } });
        return errors.All();
    }
}
