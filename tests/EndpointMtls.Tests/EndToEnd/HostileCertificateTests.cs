using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A server whose certificate has hostile text neither forges a line nor fills a log, a status page or a message.</summary>
public sealed class HostileCertificateTests
{
    private const int MaxLength = 6_000;
    private const string LineFeed = "a\r\nforged: line";
    private const string Escape = "a\u001b[31m\u007f";
    private const string Huge = "60 KB";

    private static readonly DateTimeOffset Before = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2110, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private readonly TestCa _untrusted = TestCa.CreateRoot("untrusted");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_rejected_server_cannot_forge_or_flood_through_any_kind_of_name(
        [Values("other", "email", "dns", "directory", "uri", "ip")] string kind, [Values(LineFeed, Escape, Huge)] string text)
    {
        await RejectAsync(Certificate(_root, "server", Name(kind, Expand(text))));
        await RejectAsync(Certificate(_untrusted, "server", Name(kind, Expand(text))));
    }

    [TestCase(LineFeed)]
    [TestCase(Escape)]
    [TestCase("a\u202e\u2028\u2029\u200b")]
    [TestCase(Huge)]
    public async Task A_rejected_server_cannot_forge_or_flood_through_its_subject(string text)
    {
        await RejectAsync(Certificate(_root, Expand(text), Name("dns", "other.example")));
        await RejectAsync(Certificate(_untrusted, Expand(text), Name("dns", "other.example")));
    }

    [TestCase(LineFeed)]
    [TestCase("a\u202e\u2028\u2029\u200b")]
    [TestCase(Huge)]
    public async Task An_accepted_server_cannot_forge_or_flood_through_its_subject(string text)
    {
        await using var server = await EchoServer.StartTlsAsync(Certificate(_root, Expand(text), Name("ip", "\u007f\0\0\u0001")));
        await using var services = Services(server);

        await CallAsync(services, server);

        RequireBoundedLine(services.Factory.Describe(server.Address).LastConnection!.Tls!.PeerSubject);
        services.Logs.Entries.Should().AllSatisfy(entry => RequireBoundedLine(entry.Message));
    }

    [Test]
    public async Task A_server_with_6000_names_is_rejected_with_a_bounded_text() =>
        await RejectAsync(Certificate(_root, "server", [.. Enumerable.Range(0, 6_000).SelectMany(index => Name("dns", $"n{index}"))]));

    private async Task RejectAsync(TestCertificate certificate)
    {
        await using var server = await EchoServer.StartTlsAsync(certificate);
        await using var services = Services(server);

        var exception = (await Assert.ThrowsAsync<RpcException>(() => CallAsync(services, server)))!;

        var failure = services.Factory.Describe(server.Address).LastFailure!;
        failure.Reason.Should().BeOneOf(
            ConnectionFailureReason.NameMismatch, ConnectionFailureReason.InvalidChain, ConnectionFailureReason.UntrustedRoot);
        RequireBoundedLine(failure.Message);
        RequireBoundedLine(EndpointConnectionException.Find(exception)!.Message);
        RequireBoundedLine(exception.Status.Detail);
        services.Logs.Entries.Should().Contain(entry => entry.EventId == 301).And.AllSatisfy(entry =>
        {
            RequireBoundedLine(entry.Message);
            RequireBoundedLine(entry.Exception?.Message ?? "");
        });
    }

    private static void RequireBoundedLine(string text)
    {
        text.Length.Should().BeLessThan(MaxLength);
        text.Any(character => char.IsControl(character) || "\u202e\u2028\u2029\u200b".Contains(character, StringComparison.Ordinal)).Should().BeFalse(text);
    }

    private TestServices Services(EchoServer server) => TestServices.With(
        new RealmOptions { Name = "eu", Endpoints = { server.Address }, TlsConfig = new TlsOptions { CaFile = { _folder.Write("ca.crt", _root.Pem) } } });

    private static async Task CallAsync(TestServices services, EchoServer server) =>
        await new Echo.EchoClient(services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

    private static string Expand(string text) => text == Huge ? new string('a', 60_000) : text;

    private static TestCertificate Certificate(TestCa ca, string commonName, byte[] names)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(commonName), key, HashAlgorithmName.SHA256);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            WriteAll(writer, names);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", writer.Encode(), critical: false));
        return new TestCertificate(request.Create(ca.Certificate, Before, After, [1]), key, []);
    }

    private static void WriteAll(AsnWriter writer, ReadOnlySpan<byte> values)
    {
        while (!values.IsEmpty)
        {
            AsnDecoder.ReadEncodedValue(values, AsnEncodingRules.DER, out _, out _, out var length);
            writer.WriteEncodedValue(values[..length]);
            values = values[length..];
        }
    }

    /// <summary>A GeneralName of RFC 5280.</summary>
    private static byte[] Name(string kind, string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        switch (kind)
        {
            case "other":
                using (writer.PushSequence(Tag(0)))
                {
                    writer.WriteObjectIdentifier("1.3.6.1.4.1.311.20.2.3");
                    using (writer.PushSequence(Tag(0)))
                        writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
                }

                break;
            case "directory":
                using (writer.PushSequence(Tag(4)))
                    writer.WriteEncodedValue(NameOf(text).RawData);
                break;
            case "ip":
                writer.WriteOctetString(Encoding.Latin1.GetBytes(text), Tag(7));
                break;
            default:
                writer.WriteCharacterString(UniversalTagNumber.IA5String, text, Tag(kind == "email" ? 1 : kind == "dns" ? 2 : 6));
                break;
        }

        return writer.Encode();
    }

    private static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number);

    private static X500DistinguishedName NameOf(string commonName)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        return name.Build();
    }
}
