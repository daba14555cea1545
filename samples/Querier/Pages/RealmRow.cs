using EndpointMtls;
using Microsoft.AspNetCore.Html;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>The table row of a realm: its certificates and trust anchors, and a second row if its files were rejected.</summary>
internal static class RealmRow
{
    private static readonly string[] Headings = ["Realm", "Generation", "Client certificate", "Next certificate", "Trust anchors", "Draining"];

    public static IHtmlContent Head { get; } = Columns(Headings);

    /// <param name="name">The name of the realm.</param>
    /// <param name="loaded">Its certificates; null for plaintext.</param>
    /// <param name="draining">The number of connections that drain.</param>
    /// <param name="now">The current time.</param>
    public static IHtmlContent Render(string name, LoadedCertificates? loaded, int draining, DateTimeOffset now) => Html($"""
        <tbody role="rowgroup" id="{Id("certificates", name)}">
        <tr role="row">
        <th role="rowheader" scope="row" data-label="Realm">{name}</th>
        <td role="cell" data-label="Generation">{(loaded is null ? Html($"<span>Plaintext</span>") : Html($"<span>{loaded.Generation}<small>since {loaded.ChangedAt.UtcDateTime:HH:mm:ss} UTC, {TimeText.Ago(loaded.ChangedAt, now)}</small></span>"))}</td>
        <td role="cell" data-label="Client certificate">{(loaded?.ClientCertificate is { } client ? RenderClient(client, loaded.Intermediates, now) : None)}</td>
        <td role="cell" data-label="Next certificate">{(loaded?.NextClientCertificate is { } next ? Html($"<span>{Name(next)}<small>used {TimeText.Ahead(next.NotBefore, now)}</small></span>") : None)}</td>
        <td role="cell" data-label="Trust anchors">{(loaded is null ? None : RenderTrust(loaded, now))}</td>
        <td role="cell" data-label="Draining">{draining}</td>
        </tr>
        {(loaded?.LastError is null ? HtmlString.Empty : RenderError(loaded, now))}
        </tbody>

        """);

    private static IHtmlContent RenderClient(CertificateDescription client, IReadOnlyList<CertificateDescription> intermediates, DateTimeOffset now) => Html($"""
        <span>{Name(client)}<small>{TimeText.Remaining(client.NotAfter, now)}</small>{Join(intermediates.Select(intermediate => Html($"<small>with {intermediate.Subject}</small>")))}</span>
        """);

    private static IHtmlContent RenderTrust(LoadedCertificates loaded, DateTimeOffset now) => loaded switch
    {
        { InsecureSkipVerify: true } => Html($"<strong>Any server</strong>: servers are not verified"),
        { AllowWeakCertificates: true } => Html($"<strong>Weak certificates accepted</strong>{RenderStrongTrust(loaded, now)}"),
        _ => RenderStrongTrust(loaded, now),
    };

    private static IHtmlContent RenderStrongTrust(LoadedCertificates loaded, DateTimeOffset now) => loaded switch
    {
        { UseSystemRoots: true } => Html($"<span>The CA certificates of the system</span>"),
        _ => RenderAnchors(loaded.Anchors, now),
    };

    private static IHtmlContent RenderAnchors(IReadOnlyList<CertificateDescription> anchors, DateTimeOffset now) => Html($"""
        <ul>{Join(anchors.Select(anchor => Html($"<li>{Name(anchor)}<small>{(anchor.TrustedUntil is { } end ? Html($"trusted until {end.UtcDateTime:HH:mm:ss} UTC, {TimeText.Remaining(end, now)}") : TimeText.Remaining(anchor.NotAfter, now))}</small></li>")))}</ul>
        """);

    private static IHtmlContent RenderError(LoadedCertificates loaded, DateTimeOffset now) => Html($"""
        <tr role="row" class="error"><td role="cell" colspan="{Headings.Length}"><strong>Rejected</strong> {loaded.LastError}{(loaded.LastErrorAt is { } since ? Html($" <small>Detected {TimeText.Ago(since, now)}; the certificates above stay in use.</small>") : HtmlString.Empty)}</td></tr>
        """);

    private static IHtmlContent Name(CertificateDescription certificate) => Html($"{certificate.Subject} <code>{Short(certificate.SerialNumber)}</code>");

    private static string Short(string serial) => serial.Length <= 8 ? serial : $"{serial[..4]}…{serial[^4..]}";
}
