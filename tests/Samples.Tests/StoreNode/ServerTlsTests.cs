using Samples.Tests.Support;
using StoreNode;

namespace Samples.Tests.StoreNode;

internal sealed class ServerTlsTests
{
    private PemFolder _pem = null!;
    private CertificateAuthority _root = null!;
    private CertificateAuthority _intermediate = null!;
    private ServerTlsFiles _files = null!;

    [SetUp]
    public void Issue()
    {
        _pem = new PemFolder();
        _root = CertificateAuthority.Root("root");
        _intermediate = _root.Intermediate("intermediate");
        using var server = _intermediate.Server("store.test");
        _files = new ServerTlsFiles(
            _pem.WriteCertificates("tls.crt", server, _intermediate.Certificate),
            _pem.WriteKey("tls.key", server),
            _pem.WriteCertificates("ca.crt", _root.Certificate));
    }

    [TearDown]
    public void Clean()
    {
        _intermediate.Dispose();
        _root.Dispose();
        _pem.Dispose();
    }

    [Test]
    public void Accepts_a_chain_its_key_and_a_root() =>
        ServerTls.Load(_files).OnConnection.Should().NotBeNull();

    [Test]
    public void Rejects_a_key_of_another_certificate()
    {
        using var other = _root.Server("other.test");

        Refuses(_files with { Key = _pem.WriteKey("other.key", other) }, "*other.key' holds no unencrypted private key that matches the certificate in '*tls.crt'.*");
    }

    [Test]
    public void Rejects_a_client_CA_without_a_certificate() =>
        Refuses(_files with { ClientCa = _pem.Write("empty.crt", "") }, "*empty.crt' (--grpc-server-tls-client-ca) holds no certificate.*");

    [Test]
    public void Rejects_a_client_CA_of_intermediates_only() =>
        Refuses(_files with { ClientCa = _pem.WriteCertificates("middle.crt", _intermediate.Certificate) }, "*middle.crt' (--grpc-server-tls-client-ca) holds no self-signed root.*");

    [Test]
    public void Rejects_a_certificate_file_without_a_certificate() =>
        Refuses(_files with { Certificate = _files.Key }, "*tls.key' (--grpc-server-tls-cert) holds no certificate.*");

    [Test]
    public void Rejects_a_damaged_certificate() =>
        Refuses(_files with { Certificate = _pem.Write("bad.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") }, "*bad.crt' (--grpc-server-tls-cert) holds a damaged certificate.*");

    [Test]
    public void Rejects_a_file_that_is_not_there() =>
        Refuses(_files with { Key = _pem.Path("gone.key") }, "Cannot read '*gone.key' (--grpc-server-tls-key): *");

    [Test]
    public async Task The_next_connection_uses_the_files_as_they_are_then()
    {
        var tls = ServerTls.Load(_files);
        using var renewed = _root.Server("store.test");
        _pem.WriteCertificates("tls.crt", renewed);
        _pem.WriteKey("tls.key", renewed);

        (await tls.OnConnection(null!)).ServerCertificateContext!.TargetCertificate.SerialNumber.Should().Be(renewed.SerialNumber);
    }

    [Test]
    public void Accepts_one_file_with_the_chain_and_its_key()
    {
        var both = _pem.Write("both.pem", File.ReadAllText(_files.Certificate) + File.ReadAllText(_files.Key));

        ServerTls.Load(_files with { Certificate = both, Key = both }).OnConnection.Should().NotBeNull();
    }

    [Test]
    public async Task Connections_go_on_with_what_was_read_before_while_the_files_are_wrong()
    {
        var tls = ServerTls.Load(_files);
        var before = await tls.OnConnection(null!);
        using var other = _root.Server("store.test");
        _pem.WriteKey("tls.key", other);

        (await tls.OnConnection(null!)).Should().BeSameAs(before);
    }

    [TestCase("tls.crt", null, null, "--grpc-server-tls-cert needs its private key: add --grpc-server-tls-key.")]
    [TestCase("tls.crt", null, "ca.crt", "--grpc-server-tls-cert needs its private key: add --grpc-server-tls-key.")]
    [TestCase(null, "tls.key", null, "--grpc-server-tls-key needs its certificate: add --grpc-server-tls-cert.")]
    [TestCase(null, null, "ca.crt", "--grpc-server-tls-client-ca needs a server certificate: add --grpc-server-tls-cert and --grpc-server-tls-key.")]
    public void Rejects_half_a_pair(string? certificate, string? key, string? clientCa, string message)
    {
        var files = () => ServerTlsFiles.From(certificate, key, clientCa);

        files.Should().Throw<StartupException>().WithMessage(message);
    }

    [Test]
    public void No_file_at_all_means_plaintext() =>
        ServerTlsFiles.From(null, null, null).Should().BeNull();

    private static void Refuses(ServerTlsFiles files, string message)
    {
        var load = () => ServerTls.Load(files);

        load.Should().Throw<StartupException>().WithMessage(message);
    }
}
