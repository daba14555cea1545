using System.Diagnostics;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>CRLs that .NET cannot verify are rejected, and huge numbers in a CRL take no long time.</summary>
public sealed class UnusualRevocationListTests
{
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string MaskHash = "608648016503040201";
    private const string SaltLength = "A203020120";

    // As 'openssl ca -sigopt rsa_padding_mode:pss' does: its salt is as long as possible.
    [TestCase(SaltLength, "a salt of 33 bytes")]
    [TestCase(MaskHash, "another hash for its mask")]
    public void Rejects_a_signature_with_RSA_PSS_that_NET_cannot_verify(string changed, string named)
    {
        using var key = RSA.Create(2048);
        var list = new CertificateRevocationListBuilder().Build(
            new X500DistinguishedName("CN=root"), X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pss), 1, TimeProvider.System.GetUtcNow().AddDays(1),
            HashAlgorithmName.SHA256, X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier([1]));
        var (mask, field) = (Convert.FromHexString("2A864886F70D010108"), Convert.FromHexString(changed));
        for (int at = 0, next; (next = list.AsSpan(at).IndexOf(mask)) >= 0;)
        {
            at += next + mask.Length;
            list[at + list.AsSpan(at).IndexOf(field) + field.Length - 1]++;
        }

        var exception = FluentActions.Invoking(() => RevocationListReader.Read(list)).Should().Throw<FileException>().Which;

        exception.Message.Should().Contain(named);
        $"'a.crl' {exception.Message}. {exception.Fix}.".Should().BeApproved();
    }

    [Test]
    public void Rejects_a_huge_number_quickly()
    {
        var huge = BigInteger.One << (8 << 22);
        var version = Write(writer => writer.WriteInteger(huge), _ => { });
        var salt = Write(writer => writer.WriteInteger(1), writer =>
        {
            writer.WriteObjectIdentifier(RsaPss);
            using (writer.PushSequence())
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
                writer.WriteInteger(huge);
        });
        var identifier = Write(writer => writer.WriteInteger(1), writer => writer.WriteEncodedValue([6, 0x83, 16, 0, 0, .. Enumerable.Repeat((byte)0xFF, (16 << 16) - 1), 1]));

        foreach (var list in new[] { version, salt, identifier })
        {
            var begun = Stopwatch.GetTimestamp();
            FluentActions.Invoking(() => RevocationListReader.Read(list)).Should().Throw<FileException>();
            Stopwatch.GetElapsedTime(begun).Should().BeLessThan(TimeSpan.FromSeconds(2));
        }
    }

    private static byte[] Write(Action<AsnWriter> writeVersion, Action<AsnWriter> writeAlgorithm)
    {
        var algorithm = new AsnWriter(AsnEncodingRules.DER);
        using (algorithm.PushSequence())
            writeAlgorithm(algorithm);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writeVersion(writer);
                writer.WriteEncodedValue(algorithm.Encode());
            }

            writer.WriteEncodedValue(algorithm.Encode());
            writer.WriteBitString([0]);
        }

        return writer.Encode();
    }
}
