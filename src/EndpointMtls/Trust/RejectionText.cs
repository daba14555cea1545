using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Explains why a peer was rejected, and how to fix it.</summary>
/// <remarks>The text is one line of bounded length, because a peer controls the content of its certificate.</remarks>
internal sealed class RejectionText(
    PeerVerifier verifier, X509Certificate2 leaf, SubjectNames names, X509Chain? chain, DateTimeOffset? now)
{
    private string Certificate => $"{Of(verifier.Role)} certificate {Quote(leaf.Subject)}, issued by {Quote(leaf.Issuer)},";

    public static string Missing(PeerRole role) => role == PeerRole.Server
        ? "the server sent no certificate. Check that it is set up for TLS"
        : "the client sent no certificate, and one is required. Set the certificate and the key of the client";

    public static string Unreadable(PeerRole role, Exception exception) =>
        $"{Of(role)} certificate cannot be read: {Snippet.OfPeer(exception.Message.TrimEnd('.'))}. Issue it again";

    public static string Unverifiable(PeerRole role, Exception exception) =>
        $"{Of(role)} certificate chain cannot be verified: {Snippet.OfPeer(exception.Message.TrimEnd('.'))}. "
        + "Present only the certificate and its intermediates, each well-formed";

    /// <param name="reason">Why the peer was rejected.</param>
    /// <param name="details">What is malformed, weak or revoked, if that is the reason and the platform did not find it.</param>
    public string Explain(ConnectionFailureReason reason, string? details) => reason switch
    {
        ConnectionFailureReason.UntrustedRoot =>
            $"{Certificate} does not chain to a trust anchor {verifier.Trusted.WhereText}. To trust its CA, add the root CA certificate. "
            + $"Otherwise check which certificate the {Role} presents, and that it sends its intermediates",
        ConnectionFailureReason.Expired =>
            $"{OutOfDate} expired on {OutOfDateAt(certificate => certificate.NotAfter)}; it is now {now:u}. Renew it",
        ConnectionFailureReason.NotYetValid =>
            $"{OutOfDate} is not valid before {OutOfDateAt(certificate => certificate.NotBefore)}; it is now {now:u}. "
            + "Check the clocks of both hosts",
        ConnectionFailureReason.EkuMismatch =>
            $"{Certificate} is not issued for {Role}s. Issue it with the extended key usage '{Role}Auth'",
        ConnectionFailureReason.WeakCertificate =>
            $"{Certificate} has a weak chain: {details}. Replace that certificate by one with a strong key and signature",
        ConnectionFailureReason.NameMismatch =>
            ExplainNameMismatch(),
        ConnectionFailureReason.SanNotAllowed =>
            ExplainNotAllowed(),
        ConnectionFailureReason.PinMismatch =>
            $"{Certificate} is trusted, but no key of its chain is one of '{PinsKey}'. If the {Role} is the right one, add the pin of its "
            + $"key: '{KeyPin.Of(leaf)}'",
        ConnectionFailureReason.Revoked =>
            $"{Certificate} has a chain with a revoked certificate: {details}. Replace that certificate by one with a new key",
        ConnectionFailureReason.RevocationUnknown =>
            $"{Certificate} may be revoked: {details}",
        ConnectionFailureReason.InvalidChain =>
            $"{Certificate} has an invalid chain: {details ?? PlatformStatus}. Issue it again",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason to reject a certificate."),
    };

    private string ExplainNotAllowed()
    {
        var fix = names.Displayed is [] ? $"Issue it with a subject alternative name that '{AllowedSansKey}' allows"
            : names.Uris.Count > 1
                ? "A certificate with several URIs has no SPIFFE ID: issue it with one, or add a pattern for another name"
            : $"Add a pattern for one of them if the {Role} is the right one";
        return $"{Certificate} is trusted, but '{AllowedSansKey}' allows none of its names: {Names}. {fix}";
    }

    private string ExplainNameMismatch()
    {
        var expected = verifier.ExpectedName!;
        return names.Displayed is []
                ? $"{Certificate} has no subjectAltName, and "
                    + (UsesCommonName ? $"its common name is not '{expected}'. " : "common names are not compared. ")
                    + $"Issue it with '{expected}' as a subject alternative name"
                    + (UsesCommonName || SubjectNames.HasExtension(leaf) ? "" : $", or set '{ConfigKeys.VerifyCommonName}: true'")
            : names.Dns.Contains(expected) && IPAddress.TryParse(expected, out _)
                ? $"{Certificate} has the IP address '{expected}' as a DNS name. Issue it with 'IP:{expected}' in place of 'DNS:{expected}'"
            : $"{Certificate} is for {Names}, not for '{expected}'. Issue it with '{expected}' as a subject alternative name"
                + (names is { Dns: [], IPAddresses: [] } ? "" : $", or set '{ConfigKeys.ServerName}' to a name that it is for");
    }

    private bool UsesCommonName => verifier.AcceptsCommonName && !SubjectNames.HasExtension(leaf);

    private string PlatformStatus => string.Join(", ", chain?.ChainStatus.Select(status => status.Status) ?? []);

    private string AllowedSansKey => verifier.Role == PeerRole.Server ? ConfigKeys.ServerAllowedSans : ConfigKeys.ClientAllowedSans;

    private string PinsKey => verifier.Role == PeerRole.Server ? ConfigKeys.Pins : ConfigKeys.ClientPins;

    private string Role => verifier.Role == PeerRole.Server ? "server" : "client";

    private string Names => names.Displayed is [] ? "no name at all"
        : $"'{string.Join("', '", names.Displayed)}'" + (names.UndisplayedCount > 0 ? $" and {names.UndisplayedCount} more" : "");

    private string OutOfDate =>
        PlatformErrors.FindOutOfDate(chain!, now) is not ({ } certificate, _)
        || certificate.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span)
            ? Certificate
            : verifier.Trusted.HasAnchor(certificate)
                ? $"the trust anchor {Quote(certificate.Subject)} {verifier.Trusted.WhereText}, where the chain of {Of(verifier.Role)} "
                    + $"certificate {Quote(leaf.Subject)} ends,"
            : $"the CA certificate {Quote(certificate.Subject)} in the chain of {Of(verifier.Role)} certificate {Quote(leaf.Subject)}";

    private string OutOfDateAt(Func<X509Certificate2, DateTime> date) =>
        Utc(date(PlatformErrors.FindOutOfDate(chain!, now)?.Certificate ?? leaf));

    private static string Of(PeerRole role) => role == PeerRole.Server ? "the server's" : "the client's";

    private static string Quote(string name) => $"'{Snippet.OfPeer(name)}'";

    private static string Utc(DateTime time) => time.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture);
}
