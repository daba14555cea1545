using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>CRLs are read strictly, and count only for the CA that has signed them.</summary>
public sealed class RevocationListTests
{
    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";

    private static readonly DateTimeOffset Issued = new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Next = new(2060, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public void Reads_a_list()
    {
        var root = TestCa.CreateRoot("root");
        var (revoked, other) = (root.IssueServer("a").Leaf, root.IssueServer("b").Leaf);

        var list = RevocationListReader.Read(root.IssueCrl([revoked], Issued, Next));

        (list.Issuer, list.ThisUpdate, list.NextUpdate, list.Number, list.Revoked.Count).Should().Be(("CN=root", Issued, Next, new BigInteger(1), 1));
        (list.Revokes(revoked), list.Revokes(other)).Should().Be((true, false));
        (list.IsExpiredAt(Next.AddSeconds(-1)), list.IsExpiredAt(Next), list.IsExpiredAt(null)).Should().Be((false, true, false));
    }

    [Test]
    public void Reads_an_empty_list() => RevocationListReader.Read(_root.IssueCrl([], Issued, Next)).Revoked.Should().BeEmpty();

    [Test]
    public void Counts_only_for_the_CA_that_has_signed_it()
    {
        var list = RevocationListReader.Read(_root.IssueCrl([], Issued, Next));
        var changed = _root.IssueCrl([], Issued, Next);
        changed[changed.AsSpan().IndexOf("250102"u8)] ^= 2;

        list.IsSignedBy(_root.Certificate).Should().BeTrue();
        list.IsSignedBy(_root.Certificate).Should().BeTrue("the result is remembered");
        list.IsSignedBy(_root.IssueAgain().Certificate).Should().BeTrue("it has the same key");
        list.IsSignedBy(TestCa.CreateRoot("root").Certificate).Should().BeFalse("it has only the same name");
        RevocationListReader.Read(changed).IsSignedBy(_root.Certificate).Should().BeFalse("the content was changed");
    }

    [Test]
    public void Knows_which_CA_may_sign_CRLs()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var unlimited = request.CreateSelfSigned(Issued, Next);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var limited = request.CreateSelfSigned(Issued, Next);
        var list = RevocationListReader.Read(Build(new X509SubjectKeyIdentifierExtension(request.PublicKey, false), X509SignatureGenerator.CreateForECDsa(key)));

        RevocationList.MaySign(unlimited).Should().BeTrue("without the extension keyUsage, every use is allowed");
        RevocationList.MaySign(limited).Should().BeFalse();
        (list.IsSignedBy(unlimited), list.IsSignedBy(limited)).Should().Be((true, true), "both have the key that signed it");
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Verifies_signatures_with_RSA(bool isPss)
    {
        using var key = RSA.Create(2048);
        var padding = isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        var request = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256, padding);
        using var ca = request.CreateSelfSigned(Issued, Next);

        foreach (var hash in new[] { HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512 })
        {
            var list = RevocationListReader.Read(
                Build(new X509SubjectKeyIdentifierExtension(request.PublicKey, false), X509SignatureGenerator.CreateForRSA(key, padding), hash));

            list.IsSignedBy(ca).Should().BeTrue();
            list.IsSignedBy(_root.Certificate).Should().BeFalse("it has another kind of key");
        }
    }

    [Test]
    public void Finds_the_newest_list_that_a_CA_has_signed()
    {
        var (old, newest) = (Read(_root, Issued), Read(_root, Issued.AddDays(1)));
        var foreign = Read(TestCa.CreateRoot("root"), Issued.AddDays(2));
        var lists = new RevocationLists([old, foreign, newest, old]);

        lists.All.Should().Equal(foreign, newest, old);
        lists.Newest.Should().Equal([foreign, newest], "each has another key");
        lists.Find(_root.Certificate).Should().BeSameAs(newest);
        lists.Find(TestCa.CreateRoot("other").Certificate).Should().BeNull();
        lists.IsSameAs(new RevocationLists([newest, old, foreign])).Should().BeTrue();
        lists.IsSameAs(new RevocationLists([newest, old])).Should().BeFalse();
    }

    [Test]
    public void A_list_with_a_broken_signature_does_not_replace_the_same_list_with_a_valid_one()
    {
        var whole = _root.IssueCrl([], Issued, Next);
        byte[] changed = [.. whole];
        changed[^1] ^= 1;
        var (broken, valid) = (RevocationListReader.Read(changed), RevocationListReader.Read(whole));

        new RevocationLists([broken, valid]).Find(_root.Certificate).Should().BeSameAs(valid);
        new RevocationLists([broken]).IsSameAs(new RevocationLists([valid])).Should().BeFalse();
    }

    [TestCase("2.5.29.27", "delta")]
    [TestCase("2.5.29.28", "issuingDistributionPoint")]
    [TestCase("1.2.3.4", "1.2.3.4")]
    public void Rejects_a_critical_extension(string oid, string named) => Reject(Raw(extensions: [(oid, true)]), named);

    [TestCase("2.5.29.29", "indirect")]
    [TestCase("1.2.3.4", "1.2.3.4")]
    public void Rejects_a_critical_extension_of_an_entry(string oid, string named) => Reject(Raw(entryExtension: (oid, true)), named);

    [Test]
    public void Ignores_other_extensions()
    {
        RevocationListReader.Read(Raw(extensions: [("1.2.3.4", false)], entryExtension: ("2.5.29.21", true))).Revoked.Should().ContainSingle();
        RevocationListReader.Read(Raw(entryExtension: ("1.2.3.4", false))).Revoked.Should().ContainSingle();
    }

    [TestCase(null)]
    [TestCase(0)]
    [TestCase(2)]
    public void Rejects_another_version(int? version) => Reject(Raw(version: version), "of version ");

    [TestCase("1.2.840.10045.4.1")]
    [TestCase("1.2.840.113549.1.1.5")]
    [TestCase("1.3.101.112")]
    public void Rejects_a_weak_or_unknown_signature(string oid) => Reject(Raw(algorithm: oid, signedAlgorithm: oid), oid);

    [Test]
    public void Rejects_a_list_without_the_time_of_the_next() => Reject(Raw(hasNextUpdate: false), "nextUpdate");

    [Test]
    public void Rejects_two_different_algorithms() => Reject(Raw(signedAlgorithm: "1.2.840.10045.4.3.3"), "two different");

    [Test]
    public void Rejects_malformed_lists()
    {
        var whole = _root.IssueCrl([_root.IssueServer("a").Leaf], Issued, Next);

        Reject(Raw(extensions: [("1.2.3.4", false), ("1.2.3.4", false)]), "malformed");
        Reject(Raw(extensions: [("2.5.29.35", false)]), "malformed");
        Reject([.. whole, 0], "malformed");
        Reject(_root.Certificate.RawData, "malformed");
        for (var length = 0; length < whole.Length; length += 7)
        {
            FluentActions.Invoking(() => RevocationListReader.Read(whole.AsMemory(0, length))).Should().Throw<FileException>();
        }
    }

    [Test]
    public void Any_changed_byte_is_rejected_or_does_not_count()
    {
        var whole = _root.IssueCrl([_root.IssueServer("a").Leaf], Issued, Next);
        for (var index = 0; index < whole.Length; index++)
        {
            var changed = whole.ToArray();
            changed[index] ^= 1;
            try
            {
                RevocationListReader.Read(changed).IsSignedBy(_root.Certificate).Should().BeFalse($"byte {index} was changed");
            }
            catch (FileException)
            {
                // Rejected.
            }
        }
    }

    private static RevocationList Read(TestCa ca, DateTimeOffset issued) => RevocationListReader.Read(ca.IssueCrl([], issued, Next));

    private static void Reject(byte[] list, string named)
    {
        var exception = FluentActions.Invoking(() => RevocationListReader.Read(list)).Should().Throw<FileException>().Which;
        exception.Message.Should().Contain(named);
        $"'a.crl' {exception.Message}. {exception.Fix}.".Should().BeApproved();
    }

    private static byte[] Build(X509SubjectKeyIdentifierExtension key, X509SignatureGenerator signer, HashAlgorithmName? hash = null) =>
        new CertificateRevocationListBuilder().Build(
            new X500DistinguishedName("CN=root"), signer, 1, Next, hash ?? HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(key), Issued);

    /// <summary>A list with one entry and without a valid signature.</summary>
    private static byte[] Raw(
        int? version = 1, string algorithm = EcdsaWithSha256, string signedAlgorithm = EcdsaWithSha256, bool hasNextUpdate = true,
        (string Oid, bool IsCritical)[]? extensions = null, (string Oid, bool IsCritical)? entryExtension = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                if (version is not null)
                    writer.WriteInteger(version.Value);

                WriteAlgorithm(writer, signedAlgorithm);
                writer.WriteEncodedValue(new X500DistinguishedName("CN=root").RawData);
                writer.WriteUtcTime(Issued);
                if (hasNextUpdate)
                    writer.WriteGeneralizedTime(Next);

                using (writer.PushSequence())
                using (writer.PushSequence())
                {
                    writer.WriteInteger(17);
                    writer.WriteUtcTime(Issued);
                    if (entryExtension is { } extension)
                        WriteExtensions(writer, extension);
                }

                if (extensions is not null)
                {
                    using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                        WriteExtensions(writer, extensions);
                }
            }

            WriteAlgorithm(writer, algorithm);
            writer.WriteBitString([0]);
        }

        return writer.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer, string oid)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(oid);
    }

    private static void WriteExtensions(AsnWriter writer, params (string Oid, bool IsCritical)[] extensions)
    {
        using (writer.PushSequence())
        {
            foreach (var (oid, isCritical) in extensions)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    if (isCritical)
                        writer.WriteBoolean(true);

                    writer.WriteOctetString([5, 0]);
                }
            }
        }
    }
}
