using EndpointMtls;
using Querier.Pages;

namespace Samples.Tests.Querier;

public sealed class RealmRowTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly LoadedCertificates Loaded = new()
    {
        Realm = "eu",
        Generation = 7,
        ChangedAt = Now.AddSeconds(-5),
        CheckedAt = Now,
        ClientCertificate = Certificate("CN=querier", "0123456789ABCDEF", Now.AddMinutes(90)),
        Intermediates = [Certificate("CN=Intermediate 2", "02", Now.AddDays(30))],
        Anchors = [Certificate("CN=Root 1", "11", Now.AddDays(9)) with { TrustedUntil = Now.AddSeconds(20) }, Certificate("CN=Root 2", "12", Now.AddDays(365))],
        Files = [],
    };

    [Test]
    public void Shows_the_generation_and_the_certificate_with_serial_number_and_remaining_time() =>
        Render(Loaded).Should().ContainAll(">7<", "5 s ago", "CN=querier", "0123…CDEF", "90 min left", "with CN=Intermediate 2").And.NotContain("0123456789ABCDEF");

    [Test]
    public void Shows_trust_anchors_and_until_when_removed_ones_are_trusted() =>
        Render(Loaded).Should().ContainAll("CN=Root 1", "trusted until 12:00:20 UTC", "20 s left", "CN=Root 2", "365 days left");

    [Test]
    public void Shows_a_pending_certificate() =>
        Render(Loaded with { NextClientCertificate = Certificate("CN=later", "0F", Now.AddDays(2)) with { NotBefore = Now.AddSeconds(30) } })
            .Should().ContainAll("CN=later", "used ", "in 30 s");

    [Test]
    public void Shows_the_number_of_draining_connections() =>
        RenderRow(Loaded, draining: 42).Should().Contain(">42<");

    [Test]
    public void Shows_why_the_files_were_rejected() =>
        Render(Loaded with { LastError = "The key does not match.", LastErrorAt = Now.AddSeconds(-3) })
            .Should().ContainAll("class=\"error\"", "colspan=\"6\"", "The key does not match.", "3 s ago");

    [Test]
    public void Shows_no_error_row_without_an_error() =>
        Render(Loaded).Should().NotContain("error");

    [Test]
    public void Encodes_text_from_files()
    {
        var evil = Certificate("CN=<script>alert(1)</script>", "<b>", Now.AddDays(1));

        RenderRow(Loaded with { ClientCertificate = evil, NextClientCertificate = evil, Intermediates = [evil], Anchors = [evil], LastError = "<script>" }, name: "<script>")
            .Should().NotContain("<script").And.NotContain("<b>").And.Contain("CN=&lt;script&gt;");
    }

    [Test]
    public void A_plaintext_realm_shows_no_certificates() =>
        Render(null).Should().Contain("Plaintext").And.NotContain("left");

    private static string Render(LoadedCertificates? loaded) => RenderRow(loaded);

    private static string RenderRow(LoadedCertificates? loaded, int draining = 0, string name = "eu") =>
        Rendered.Text(RealmRow.Render(name, loaded, draining, Now));

    private static CertificateDescription Certificate(string subject, string serial, DateTimeOffset notAfter) =>
        new() { Subject = subject, Issuer = "CN=issuer", SerialNumber = serial, NotBefore = Now.AddDays(-1), NotAfter = notAfter };
}
