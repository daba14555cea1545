using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Only a consistent set of files is used, and each error is reported once.</summary>
public sealed class ConsistencyTests
{
    private TestCa _ca = null!;
    private TestCertificate _first = null!;
    private TestCertificate _second = null!;
    private TestRealm _realm = null!;

    [SetUp]
    public void Load()
    {
        _ca = TestCa.CreateRoot("root");
        _first = _ca.CreateIntermediate("intermediate").IssueClient("client-1");
        _second = _ca.CreateIntermediate("intermediate-2").IssueClient("client-2");
        _realm = TestRealm.NotLoaded(_ca, _first);
        _ = _realm.InUse;
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public async Task A_new_certificate_is_used_when_its_key_is_there_and_the_error_before_is_logged_once()
    {
        _realm.Write("tls.crt", _second.ChainPem);
        var foundAt = _realm.Time.GetUtcNow().AddSeconds(1);
        for (var check = 0; check < 10; check++)
        {
            _realm.CheckAtHandshake();
            await _realm.ReloadAsync();
            _realm.Time.Advance(TimeSpan.FromMinutes(1));
        }

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");
        (_realm.InUse.Generation, _realm.InUse.LastErrorAt, _realm.CountLogs(203)).Should().Be((1, foundAt, 1));
        _realm.LastLog(203).Should()
            .ContainAll("'eu'", "'CN=client-1'", _first.Leaf.SerialNumber, $"{_first.Leaf.NotAfter.ToUniversalTime():u}")
            .And.EndWith(_realm.InUse.LastError);
        _realm.InUse.LastError.Should().StartWith($"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' ")
            .And.Contain($" 'CN=client-2' in '{_realm["tls.crt"]}'. ");

        _realm.Write("tls.key", _second.KeyPem);
        _realm.CheckAtHandshake().Should().Match<LoadedCertificates>(after => after.Generation == 2 && after.LastError == null && after.LastErrorAt == null);
        (_realm.CountLogs(202), _realm.CountLogs(203), _realm.CountLogs(204)).Should().Be((1, 1, 0));
    }

    [Test]
    public void New_CA_certificates_are_not_used_while_the_certificate_beside_them_does_not_match_its_key()
    {
        _realm.Write("ca.crt", TestCa.CreateRoot("second").Pem);
        _realm.Write("tls.crt", _second.ChainPem);

        _realm.CheckAtHandshake().Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=root");
    }

    [Test]
    public void Every_different_error_is_logged_once_and_so_is_the_recovery()
    {
        _realm.Write("tls.crt", _second.ChainPem);
        CheckThrice().CountLogs(203).Should().Be(1);
        _realm.Write("tls.crt", "nonsense");
        CheckThrice().CountLogs(203).Should().Be(2);
        _realm.Write("tls.crt", "other nonsense");
        CheckThrice().CountLogs(203).Should().Be(3);
        _realm.Write("tls.crt", _second.ChainPem);
        CheckThrice().CountLogs(203).Should().Be(4);

        _realm.Write("tls.crt", _first.ChainPem);
        CheckThrice().InUse.Should().Match<LoadedCertificates>(after => after.Generation == 1 && after.LastError == null && after.LastErrorAt == null);

        (_realm.CountLogs(202), _realm.CountLogs(203), _realm.CountLogs(204)).Should().Be((0, 4, 1));
        _realm.LastLog(204).Should().BeApproved();
    }

    [Test]
    public async Task A_missing_file_is_logged_once()
    {
        File.Delete(_realm["tls.key"]);
        for (var check = 0; check < 5; check++)
        {
            await _realm.ReloadAsync();
            _realm.Time.Advance(TimeSpan.FromMinutes(6));
            _realm.CheckAtHandshake().LastError.Should().Contain($"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' does not exist");
        }

        _realm.CountLogs(203).Should().Be(1);
    }

    [Test]
    public async Task A_new_certificate_that_has_expired_is_logged_once()
    {
        var expired = _ca.Issue("expired", [], TestCa.ClientAuthentication, notAfter: _realm.Time.GetUtcNow().AddDays(-1));
        _realm.Present(expired);
        for (var check = 0; check < 5; check++)
        {
            _realm.CheckAtHandshake().LastError.Should().StartWith($"realms[0].tls_config.cert_file: realm 'eu': '{_realm["tls.crt"]}' ")
                .And.Contain($"expired on {expired.Leaf.NotAfter.ToUniversalTime():u}");
            await _realm.ReloadAsync();
            _realm.Time.Advance(TimeSpan.FromMinutes(6));
        }

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");
        _realm.CountLogs(203).Should().Be(1);
    }

    [TestCase("tls.crt")]
    [TestCase("ca.crt")]
    public void A_file_that_is_written_in_two_pieces_is_used_only_when_it_is_complete(string name)
    {
        var second = TestCa.CreateRoot("second");
        var (piece, whole) = name == "ca.crt" ? (second.Pem, second.Pem + "\n" + _ca.Pem) : (_second.Leaf.ExportCertificatePem(), _second.ChainPem);
        _realm.Write("tls.key", name == "ca.crt" ? _first.KeyPem : _second.KeyPem);
        _realm.Write(name, piece, age: TimeSpan.FromSeconds(-1));
        _realm.CheckAtHandshake().Generation.Should().Be(1);
        _realm.Time.Advance(TestRealm.QuietPeriod - TimeSpan.FromMilliseconds(1));
        _realm.Write(name, whole, age: TimeSpan.Zero);

        _realm.Time.Advance(TimeSpan.FromMilliseconds(1));
        _realm.InUse.Generation.Should().Be(1);
        _realm.Time.Advance(TestRealm.QuietPeriod);

        _realm.InUse.Generation.Should().Be(2);
        (_realm.InUse.Intermediates.Count, _realm.InUse.Anchors.Count).Should().Be((1, name == "ca.crt" ? 2 : 1));
        _realm.CountLogs(203).Should().Be(0);
    }

    [TestCase(40)]
    [TestCase(-40)]
    public void Rejects_a_chain_that_is_cut_inside_a_block(int cut)
    {
        var leafEnds = _second.Leaf.ExportCertificatePem().Length;
        _realm.Present(_second);
        _realm.Write("tls.crt", cut > 0 ? _second.ChainPem[..(leafEnds + cut)] : _second.ChainPem[..^-cut]);

        _realm.CheckAtHandshake().LastError.Should().Contain("PEM block");
        _realm.InUse.LastError.Should().BeApproved();
    }

    [Test]
    public void Rejects_a_chain_that_is_concatenated_without_line_breaks()
    {
        _realm.Present(_second);
        _realm.Write("tls.crt", _second.ChainPem.Replace("-----\n-----", "----------", StringComparison.Ordinal));

        _realm.CheckAtHandshake().LastError.Should().Contain("PEM block");
    }

    [Test]
    public async Task An_unexpected_error_fails_no_handshake_and_is_logged_once()
    {
        for (var check = 0; check < 3; check++)
        {
            _realm.Time.Advance(TimeSpan.FromSeconds(1));
            FailNextRead(_realm.Time);
            _realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().NotBeNull();
        }

        _realm.InUse.LastError.Should().Be("InvalidOperationException: The clock has stopped.");
        _realm.CountLogs(203).Should().Be(1);
        (await _realm.Provider.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
    }

    [Test]
    public async Task A_pending_certificate_is_presented_when_it_is_valid_even_if_checking_the_files_fails()
    {
        _realm.Present(_ca.Issue("tomorrow", [], TestCa.ClientAuthentication, _realm.Time.GetUtcNow().AddDays(1)));
        (await _realm.Provider.ReloadAsync().WithTimeout()).NextClientCertificate!.Subject.Should().Be("CN=tomorrow");

        FailNextRead(_realm.Time);
        _realm.Time.Advance(TimeSpan.FromDays(1));

        _realm.Time.OnRead.Should().BeNull();
        _realm.InUse.Should().Match<LoadedCertificates>(inUse => inUse.ClientCertificate!.Subject == "CN=tomorrow" && inUse.LastError != null);
        _realm.InUse.ChangedAt.Should().Be(_realm.Time.GetUtcNow());
    }

    private TestRealm CheckThrice()
    {
        for (var check = 0; check < 3; check++)
        {
            _realm.CheckAtHandshake();
        }

        return _realm;
    }

    private static void FailNextRead(TestTimeProvider time) => time.OnRead = () =>
    {
        time.OnRead = null;
        throw new InvalidOperationException("The clock has stopped.");
    };
}
