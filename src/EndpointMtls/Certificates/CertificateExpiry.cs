using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Text;

namespace EndpointMtls.Certificates;

/// <summary>How close a certificate is to its expiry.</summary>
internal enum ExpiryStage
{
    None,

    /// <summary>Less than a third of its validity period is left. Certificates are usually renewed at that time.</summary>
    LastThird,

    /// <summary>Its renewal is overdue: see <see cref="TlsOptions.ExpiryWarning"/>.</summary>
    Warning,

    LastDay,
    Expired,
}

/// <summary>Decides how close a certificate is to its expiry.</summary>
internal static class CertificateExpiry
{
    private const double WarningShare = 0.1;
    private static readonly TimeSpan MaxWarning = TimeSpan.FromDays(30);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Which certificates of a realm expire when. Of several trust anchors, the last one to expire counts.</summary>
    public static IEnumerable<(string What, DateTimeOffset NotAfter)> Of(TlsMaterial inUse)
    {
        if (inUse.Identity is { } identity)
        {
            yield return ("leaf", EndOf(identity.Leaf));
        }

        if (inUse.Identity is { Sent: [_, .. { IsEmpty: false } intermediates] })
        {
            yield return ("intermediate", intermediates.Min(EndOf));
        }

        if (inUse.CaCertificates.Where(ca => ca.IsAnchor).ToList() is { Count: > 0 } anchors)
        {
            yield return ("anchor", anchors.Max(ca => EndOf(ca.Certificate)));
        }
    }

    /// <param name="notBefore">The start of its validity period.</param>
    /// <param name="notAfter">The end of its validity period.</param>
    /// <param name="warning">See <see cref="TlsOptions.ExpiryWarning"/>.</param>
    /// <param name="now">The current time.</param>
    public static ExpiryStage GetStage(DateTimeOffset notBefore, DateTimeOffset notAfter, TimeSpan? warning, DateTimeOffset now)
    {
        var (period, left) = (notAfter - notBefore, notAfter - now);
        var tenth = WarningShare * period;
        var limit = warning ?? (tenth < MaxWarning ? tenth : MaxWarning);
        return left <= TimeSpan.Zero ? ExpiryStage.Expired
            : left < limit ? (left < Day && limit > Day ? ExpiryStage.LastDay : ExpiryStage.Warning)
            : left < period / 3 ? ExpiryStage.LastThird
            : ExpiryStage.None;
    }

    /// <summary>The time that is left, in whole minutes, as text.</summary>
    public static string TimeLeft(DateTimeOffset notAfter, DateTimeOffset now) =>
        Duration.Format(TimeSpan.FromMinutes(Math.Ceiling((notAfter - now).TotalMinutes)));

    private static DateTimeOffset EndOf(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime();
}
