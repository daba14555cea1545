using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Why a client is not let in.</summary>
internal sealed class ClientRefusal(ClientRefusalReason reason, string explanation)
{
    private const int MaxLength = 500;

    public static ClientRefusal WithoutCertificate { get; } =
        new(ClientRefusalReason.CertificateMissing, "The client sent no certificate, and must have one");

    public ClientRefusalReason Reason { get; } = reason;

    /// <summary>What was found: on one line and not too long, for a stranger may write what he likes into his certificate.</summary>
    public string Explanation { get; } = Snippet.Escape(explanation.Length <= MaxLength ? explanation : $"{explanation[..MaxLength]}…");

    public static ClientRefusal NotListed(VerifiedClient client) => new(
        ClientRefusalReason.SanNotAllowed,
        $"The client '{client.Subject}' was verified, and none of its names is among the allowed ones. Its names: "
            + $"{string.Join(", ", client.DnsNames.Concat(client.Uris).Concat(client.IPAddresses.Select(address => address.ToString())).Concat(client.EmailAddresses).DefaultIfEmpty("none"))}");

    public static ClientRefusal Unreadable(Exception exception) =>
        new(ClientRefusalReason.InvalidChain, $"The certificate of the client cannot be read: {exception.Message.TrimEnd('.')}");

    public static ClientRefusal Weak(X509Certificate2 leaf, string weakness) =>
        new(ClientRefusalReason.InvalidChain, $"The certificate '{leaf.Subject}', issued by '{leaf.Issuer}', proves nothing: {weakness}");

    public static ClientRefusal Of(X509Certificate certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var statuses = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? default;
        var outOfDate = chain?.ChainElements.FirstOrDefault(element => element.ChainElementStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid))?.Certificate;
        var isEarly = outOfDate is not null && chain!.ChainPolicy.VerificationTime.ToUniversalTime() < outOfDate.NotBefore.ToUniversalTime();
        var (reason, what) =
            Has(X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot) ? (ClientRefusalReason.UntrustedRoot, "leads to none of the client authorities")
            : Has(X509ChainStatusFlags.NotTimeValid) && isEarly ? (ClientRefusalReason.NotYetValid, $"is not valid before {outOfDate!.NotBefore.ToUniversalTime():u}")
            : Has(X509ChainStatusFlags.NotTimeValid) ? (ClientRefusalReason.Expired, $"expired on {outOfDate?.NotAfter.ToUniversalTime():u}")
            : Has(X509ChainStatusFlags.NotValidForUsage) ? (ClientRefusalReason.EkuMismatch, "is not meant for clients")
            : (ClientRefusalReason.InvalidChain, $"is not valid: {errors}, {statuses}");
        return new ClientRefusal(reason, $"The certificate '{certificate.Subject}', issued by '{certificate.Issuer}', {what}");

        bool Has(X509ChainStatusFlags flags) => (statuses & flags) != 0;
    }
}
