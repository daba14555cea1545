using System.Formats.Asn1;
using System.Text;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Finds what is malformed in a certificate that the platform accepts (RFC 5280, sections 4.1 and 4.2).</summary>
internal static class CertificateSyntax
{
    // The kinds of names, as in GeneralName of RFC 5280.
    public const int Email = 1;
    public const int Dns = 2;
    public const int IP = 7;

    /// <summary>What is malformed, to follow the name of the certificate; <see langword="null"/> if nothing is.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="isIssuer">Whether it has issued another certificate of the chain.</param>
    public static string? FindFault(CertificateContent certificate, bool isIssuer)
    {
        if (certificate.Version != 3 && !certificate.Extensions.IsEmpty)
        {
            return $"has extensions, which an X.509 certificate of version {certificate.Version} cannot have";
        }

        // RFC 5280 leaves the decision about issuers of version 1 to the verifier: only a trust anchor may be one.
        var mayIssue = certificate.Version != 3;
        var extensions = new DerReader(certificate.Extensions);
        for (var index = 0; !extensions.IsEmpty; index++)
        {
            var oid = CertificateContent.ReadExtension(ref extensions, out var value);
            if (IsAmongFirst(index, certificate.Extensions, oid))
            {
                return "has an extension twice";
            }

            if (oid.SequenceEqual(ObjectIdentifiers.BasicConstraints))
            {
                var constraints = new DerReader(value).ReadSequence();
                mayIssue = constraints.HasNext(Asn1Tag.Boolean) && constraints.Read(Asn1Tag.Boolean) is [not 0];
            }
            else if (FindFault(oid, value, isIssuer) is { } fault)
            {
                return fault;
            }
        }

        return isIssuer && !mayIssue ? "has issued a certificate, and its basicConstraints do not allow that" : null;
    }

    private static string? FindFault(ReadOnlySpan<byte> oid, ReadOnlySpan<byte> value, bool isIssuer)
    {
        if (oid.SequenceEqual(ObjectIdentifiers.SubjectAltName))
        {
            return FindFaultyName(new DerReader(value).ReadSequence());
        }

        if (oid.SequenceEqual(ObjectIdentifiers.NameConstraints))
        {
            return isIssuer ? FindFaultyConstraint(new DerReader(value).ReadSequence()) : "has name constraints, which only a CA can have";
        }

        return oid.SequenceEqual(ObjectIdentifiers.AuthorityInfoAccess) && !IsAccess(new DerReader(value).ReadSequence())
            ? "has a malformed authorityInfoAccess"
            : null;
    }

    private static string? FindFaultyName(DerReader names)
    {
        if (names.IsEmpty)
        {
            return "has an empty subjectAltName";
        }

        while (!names.IsEmpty)
        {
            var name = names.Read(out var tag);
            if (tag.TagClass == TagClass.ContextSpecific && !IsName(tag.TagValue, name))
            {
                return $"has the malformed subjectAltName {Quote(name)}";
            }
        }

        return null;
    }

    private static string? FindFaultyConstraint(DerReader constraints)
    {
        var count = 0;
        while (!constraints.IsEmpty)
        {
            var subtrees = new DerReader(constraints.Read(out var kind));
            if (kind.TagClass != TagClass.ContextSpecific || kind.TagValue > NameConstraints.Excluded)
            {
                return "has malformed name constraints";
            }

            for (; !subtrees.IsEmpty; count++)
            {
                var name = subtrees.ReadSequence().Read(out var tag);
                if (tag.TagClass == TagClass.ContextSpecific && !IsConstraint(tag.TagValue, name))
                {
                    return $"has the malformed name constraint {Quote(name)}";
                }
            }
        }

        return count == 0 ? "has empty name constraints" : null;
    }

    private static bool IsAccess(DerReader descriptions)
    {
        var count = 0;
        for (; !descriptions.IsEmpty; count++)
        {
            var description = descriptions.ReadSequence();
            description.Read(Asn1Tag.ObjectIdentifier);
            description.Read(out var location);
            if (location.TagClass != TagClass.ContextSpecific)
            {
                return false;
            }
        }

        return count > 0;
    }

    private static bool IsName(int kind, ReadOnlySpan<byte> name) => kind switch
    {
        Dns => IsDnsName(name.StartsWith("*."u8) ? name[2..] : name),
        Email => name.IndexOf((byte)'@') is > 0 and var at && at == name.LastIndexOf((byte)'@') && IsDnsName(name[(at + 1)..]),
        IP => name.Length is 4 or 16,
        _ => true,
    };

    private static bool IsConstraint(int kind, ReadOnlySpan<byte> name) => kind switch
    {
        Dns => name.IsEmpty || IsDnsName(name),
        Email => IsName(Email, name) || IsDnsName(name.StartsWith("."u8) ? name[1..] : name),
        IP => name.Length is 8 or 32,
        _ => true,
    };

    // Underscores are common in the names of services.
    private static bool IsDnsName(ReadOnlySpan<byte> name)
    {
        var labelLength = 0;
        foreach (var character in name)
        {
            if (character == '.' && labelLength == 0)
            {
                return false;
            }

            labelLength = character == '.' ? 0 : labelLength + 1;
            if (labelLength > 63 || !(char.IsAsciiLetterOrDigit((char)character) || character is (byte)'-' or (byte)'_' or (byte)'.'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= 253;
    }

    private static bool IsAmongFirst(int count, ReadOnlySpan<byte> extensions, ReadOnlySpan<byte> oid)
    {
        var reader = new DerReader(extensions);
        for (var index = 0; index < count; index++)
        {
            if (CertificateContent.ReadExtension(ref reader, out _).SequenceEqual(oid))
            {
                return true;
            }
        }

        return false;
    }

    private static string Quote(ReadOnlySpan<byte> name) => $"'{Snippet.OfPeer(Encoding.Latin1.GetString(name))}'";
}
