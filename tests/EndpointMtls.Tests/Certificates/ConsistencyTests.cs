using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>One consistent set is taken over, or nothing; and what is wrong is told once.</summary>
public sealed class ConsistencyTests
{
    private TestCa _authority = null!;
    private TestCertificate _first = null!;
    private TestCertificate _second = null!;
    private RotatingRealm _realm = null!;

    [SetUp]
    public void Load()
    {
        _authority = TestCa.CreateRoot("root");
        _first = _authority.CreateIntermediate("intermediate").IssueClient("client-1");
        _second = _authority.CreateIntermediate("intermediate-2").IssueClient("client-2");
        _realm = new RotatingRealm(_authority, _first);
        _ = _realm.InUse;
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public async Task A_new_certificate_waits_for_its_key_and_that_is_told_once()
    {
        _realm.Write("tls.crt", _second.ChainPem);
        var foundAt = _realm.Time.GetUtcNow().AddSeconds(1);
        for (var look = 0; look < 10; look++)
        {
            _realm.LookAtHandshake();
            await _realm.ReloadAsync();
            _realm.Time.Advance(TimeSpan.FromMinutes(1));
        }

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");
        (_realm.InUse.Generation, _realm.InUse.LastErrorAt, _realm.CountLogs(203)).Should().Be((1, foundAt, 1));
        _realm.LastLog(203).Should().Be(
            $"Realm 'eu' still presents certificate 'CN=client-1' ({_first.Leaf.SerialNumber}), valid until {_first.Leaf.NotAfter.ToUniversalTime():u}, because its files cannot be taken over. {_realm.InUse.LastError}");
        _realm.InUse.LastError.Should().StartWith(
            $"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' does not fit the certificate 'CN=client-2' in '{_realm["tls.crt"]}': ");

        _realm.Write("tls.key", _second.KeyPem);
        _realm.LookAtHandshake().Should().Match<LoadedCertificates>(after => after.Generation == 2 && after.LastError == null && after.LastErrorAt == null);
        (_realm.CountLogs(202), _realm.CountLogs(203), _realm.CountLogs(204)).Should().Be((1, 1, 0));
    }

    [Test]
    public void A_new_bundle_waits_for_a_certificate_that_fits_its_key()
    {
        _realm.Write("ca.crt", TestCa.CreateRoot("second").Pem);
        _realm.Write("tls.crt", _second.ChainPem);

        _realm.LookAtHandshake().Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=root");
    }

    [Test]
    public void Every_state_that_is_wrong_is_told_once_and_the_end_of_it_as_well()
    {
        _realm.Write("tls.crt", _second.ChainPem);
        LookThrice().CountLogs(203).Should().Be(1);
        _realm.Write("tls.crt", "nonsense");
        LookThrice().CountLogs(203).Should().Be(2);
        _realm.Write("tls.crt", "other nonsense");
        LookThrice().CountLogs(203).Should().Be(3);
        _realm.Write("tls.crt", _second.ChainPem);
        LookThrice().CountLogs(203).Should().Be(4);

        _realm.Write("tls.crt", _first.ChainPem);
        LookThrice().InUse.Should().Match<LoadedCertificates>(after => after.Generation == 1 && after.LastError == null && after.LastErrorAt == null);

        (_realm.CountLogs(202), _realm.CountLogs(203), _realm.CountLogs(204)).Should().Be((0, 4, 1));
        _realm.LastLog(204).Should().Be("The files of realm 'eu' are in order again, and hold what is in use.");
    }

    [Test]
    public async Task A_file_that_stays_away_is_told_once()
    {
        File.Delete(_realm["tls.key"]);
        for (var look = 0; look < 5; look++)
        {
            await _realm.ReloadAsync();
            _realm.Time.Advance(TimeSpan.FromMinutes(6));
            _realm.LookAtHandshake().LastError.Should().Be($"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' does not exist. Check the path.");
        }

        _realm.CountLogs(203).Should().Be(1);
    }

    [Test]
    public async Task A_renewal_that_has_expired_is_told_once_however_late_it_is()
    {
        var expired = _authority.Issue("expired", [], TestCa.ClientAuthentication, notAfter: _realm.Time.GetUtcNow().AddDays(-1));
        _realm.WriteIdentity(expired);
        for (var look = 0; look < 5; look++)
        {
            _realm.LookAtHandshake().LastError.Should().StartWith(
                $"realms[0].tls_config.cert_file: realm 'eu': '{_realm["tls.crt"]}' holds a certificate that expired on {expired.Leaf.NotAfter.ToUniversalTime():u}");
            await _realm.ReloadAsync();
            _realm.Time.Advance(TimeSpan.FromMinutes(6));
        }

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");
        _realm.CountLogs(203).Should().Be(1);
    }

    [TestCase("tls.crt")]
    [TestCase("ca.crt")]
    public void A_file_written_in_two_pieces_is_never_taken_for_whole(string name)
    {
        var second = TestCa.CreateRoot("second");
        var (piece, whole) = name == "ca.crt" ? (second.Pem, second.Pem + "\n" + _authority.Pem) : (_second.Leaf.ExportCertificatePem(), _second.ChainPem);
        _realm.Write("tls.key", name == "ca.crt" ? _first.KeyPem : _second.KeyPem);
        _realm.Write(name, piece, age: TimeSpan.FromSeconds(-1));
        _realm.LookAtHandshake().Generation.Should().Be(1);
        _realm.Time.Advance(FileMonitor.QuietPeriod - TimeSpan.FromMilliseconds(1));
        _realm.Write(name, whole, age: TimeSpan.Zero);

        _realm.Time.Advance(TimeSpan.FromMilliseconds(1));
        _realm.InUse.Generation.Should().Be(1);
        _realm.Time.Advance(FileMonitor.QuietPeriod);

        _realm.InUse.Generation.Should().Be(2);
        (_realm.InUse.Intermediates.Count, _realm.InUse.Anchors.Count).Should().Be((1, name == "ca.crt" ? 2 : 1));
        _realm.CountLogs(203).Should().Be(0);
    }

    [TestCase(40)]
    [TestCase(-40)]
    public void A_chain_that_ends_within_a_block_is_refused_and_not_shortened(int cut)
    {
        var leafEnds = _second.Leaf.ExportCertificatePem().Length;
        _realm.WriteIdentity(_second);
        _realm.Write("tls.crt", cut > 0 ? _second.ChainPem[..(leafEnds + cut)] : _second.ChainPem[..^-cut]);

        _realm.LookAtHandshake().LastError.Should().EndWith("has a PEM block without its end or with broken content. Write the file whole: to a temporary name first, then rename it.");
    }

    [Test]
    public void A_chain_put_together_without_line_breaks_is_refused_and_not_shortened()
    {
        _realm.WriteIdentity(_second);
        _realm.Write("tls.crt", _second.ChainPem.Replace("-----\n-----", "----------", StringComparison.Ordinal));

        _realm.LookAtHandshake().LastError.Should().Contain("has a PEM block without its end or with broken content");
    }

    [Test]
    public async Task A_failure_nobody_foresaw_harms_no_handshake_and_is_told_once()
    {
        for (var look = 0; look < 3; look++)
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
    public async Task A_certificate_whose_time_has_come_takes_over_even_if_looking_at_the_files_fails()
    {
        _realm.WriteIdentity(_authority.Issue("tomorrow", [], TestCa.ClientAuthentication, _realm.Time.GetUtcNow().AddDays(1)));
        (await _realm.Provider.ReloadAsync().WithTimeout()).NextClientCertificate!.Subject.Should().Be("CN=tomorrow");

        FailNextRead(_realm.Time);
        _realm.Time.Advance(TimeSpan.FromDays(1));

        _realm.Time.OnRead.Should().BeNull();
        _realm.InUse.Should().Match<LoadedCertificates>(found => found.ClientCertificate!.Subject == "CN=tomorrow" && found.LastError != null);
        _realm.InUse.ChangedAt.Should().Be(_realm.Time.GetUtcNow());
    }

    private RotatingRealm LookThrice()
    {
        for (var look = 0; look < 3; look++)
        {
            _realm.LookAtHandshake();
        }

        return _realm;
    }

    private static void FailNextRead(TestTimeProvider time) => time.OnRead = () =>
    {
        time.OnRead = null;
        throw new InvalidOperationException("The clock has stopped.");
    };
}
