using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Explains why a peer was rejected, and how to fix it.</summary>
/// <remarks>The text is one line of bounded length, because a peer controls the content of its certificate.</remarks>
internal sealed class RejectionText(PeerVerifier verifier, X509Certificate2 leaf, SubjectNames names, X509Chain? chain)
{
    private string Certificate => $"{Of(verifier.Role)} certificate {Quote(leaf.Subject)}, issued by {Quote(leaf.Issuer)},";

    public static string Missing(PeerRole role) => role == PeerRole.Server
        ? "the server sent no certificate. Check that it is set up for TLS"
        : "the client sent no certificate, and one is required. Set the certificate and the key of the client";

    public static string Unreadable(PeerRole role, Exception exception) =>
        $"{Of(role)} certificate cannot be read: {Snippet.OfPeer(exception.Message.TrimEnd('.'))}. Issue it again";

    /// <param name="reason">Why the peer was rejected.</param>
    /// <param name="weakness">The weakness, if that is the reason.</param>
    public string Explain(ConnectionFailureReason reason, string? weakness) => reason switch
    {
        ConnectionFailureReason.UntrustedRoot =>
            $"{Certificate} does not chain to a trust anchor {verifier.Trusted.WhereText}. Either it belongs to another trust domain, "
            + $"or the {Role} does not send its intermediates, or the root certificate is missing there",
        ConnectionFailureReason.Expired =>
            $"{OutOfDate} expired on {OutOfDateAt(certificate => certificate.NotAfter)}; it is now {Now}. Renew it",
        ConnectionFailureReason.NotYetValid =>
            $"{OutOfDate} is not valid before {OutOfDateAt(certificate => certificate.NotBefore)}; it is now {Now}. "
            + "Check the clocks of both hosts",
        ConnectionFailureReason.EkuMismatch =>
            $"{Certificate} is not issued for {Role}s. Issue it with the extended key usage '{Role}Auth'",
        ConnectionFailureReason.WeakCertificate =>
            $"{Certificate} is weak: {weakness}. Issue it with a strong key and signature",
        ConnectionFailureReason.NameMismatch =>
            names.Displayed is []
                ? $"{Certificate} has no subject alternative name. Issue it with '{verifier.ExpectedName}' as one"
                : $"{Certificate} is for {Names}, not for '{verifier.ExpectedName}'. Issue it with this name"
                    + (names is { Dns: [], IPAddresses: [] } ? "" : $", or set '{ConfigKeys.ServerName}' to a name that it is for"),
        ConnectionFailureReason.SanNotAllowed =>
            $"{Certificate} is trusted, but '{ConfigKeys.ClientAllowedSans}' allows none of its names: {Names}. "
            + "Add a pattern for one of them if the client may connect",
        ConnectionFailureReason.InvalidChain =>
            $"{Certificate} has an invalid chain: {string.Join(", ", chain?.ChainStatus.Select(status => status.Status) ?? [])}. "
            + "Issue it again",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason to reject a certificate."),
    };

    private string Role => verifier.Role == PeerRole.Server ? "server" : "client";

    private string Names => names.Displayed is [] ? "no name at all"
        : $"'{string.Join("', '", names.Displayed)}'" + (names.UndisplayedCount > 0 ? $" and {names.UndisplayedCount} more" : "");

    private string Now => Utc(chain!.ChainPolicy.VerificationTime);

    private string OutOfDate =>
        PeerVerifier.FindOutOfDate(chain) is not ({ } certificate, _)
        || certificate.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span)
            ? Certificate
            : $"the certificate {Quote(certificate.Subject)} above {Of(verifier.Role)} certificate {Quote(leaf.Subject)}";

    private string OutOfDateAt(Func<X509Certificate2, DateTime> date) => Utc(date(PeerVerifier.FindOutOfDate(chain)?.Certificate ?? leaf));

    private static string Of(PeerRole role) => role == PeerRole.Server ? "the server's" : "the client's";

    private static string Quote(string name) => $"'{Snippet.OfPeer(name)}'";

    private static string Utc(DateTime time) => time.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture);
}
