using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Support;

/// <summary>The kinds of client certificates in the tests of client-auth policies.</summary>
public enum ClientKind
{
    NoCertificate,
    Valid,
    WrongCa,
    Expired,
    NotYetValid,
    WrongEku,
    UnderIntermediate,
    SelfSignedPinned,
}

/// <summary>The certificate of each kind of client, and the result that Go's crypto/tls has with each client-auth policy.</summary>
internal sealed class ClientAuthMatrix
{
    public static readonly ClientAuthType[] Policies = Enum.GetValues<ClientAuthType>();

    public static readonly ClientKind[] Kinds = Enum.GetValues<ClientKind>();

    private static readonly DateTimeOffset Before = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2110, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<ClientKind, TestCertificate> _certificates;

    public ClientAuthMatrix()
    {
        Pinned = SelfSigned("pinned");
        _certificates = new()
        {
            [ClientKind.Valid] = ClientCa.IssueClient("valid"),
            [ClientKind.WrongCa] = TestCa.CreateRoot("clients").IssueClient("wrong ca"),
            [ClientKind.Expired] = ClientCa.Issue("expired", [], TestCa.ClientAuthentication, notAfter: Before.AddYears(1)),
            [ClientKind.NotYetValid] = ClientCa.Issue("not yet valid", [], TestCa.ClientAuthentication, notBefore: After),
            [ClientKind.WrongEku] = ClientCa.Issue("wrong eku", ["wrong.example"], TestCa.ServerAuthentication),
            [ClientKind.UnderIntermediate] = ClientCa.CreateIntermediate("team").IssueClient("under intermediate"),
            [ClientKind.SelfSignedPinned] = Pinned,
        };
    }

    public TestCa ServerCa { get; } = TestCa.CreateRoot("servers");

    public TestCa ClientCa { get; } = TestCa.CreateRoot("clients");

    /// <summary>A self-signed client certificate that is its own trust anchor.</summary>
    public TestCertificate Pinned { get; }

    /// <summary>The certificate of a client; <see langword="null"/> if it has none.</summary>
    public TestCertificate? Of(ClientKind kind) => _certificates.GetValueOrDefault(kind);

    /// <summary>The reason why a client is rejected; <see langword="null"/> if it is accepted.</summary>
    public static string? RejectionReasonOf(ClientAuthType policy, ClientKind kind) => (policy, kind) switch
    {
        (ClientAuthType.NoClientCert or ClientAuthType.RequestClientCert, _) => null,
        (ClientAuthType.VerifyClientCertIfGiven, ClientKind.NoCertificate) => null,
        (_, ClientKind.NoCertificate) => "CertificateMissing",
        (ClientAuthType.RequireAnyClientCert, _) => null,
        (_, ClientKind.WrongCa) => "UntrustedRoot",
        (_, ClientKind.Expired) => "Expired",
        (_, ClientKind.NotYetValid) => "NotYetValid",
        (_, ClientKind.WrongEku) => "EkuMismatch",
        _ => null,
    };

    /// <summary>The response to an accepted client: the certificate that it sent, and the client that was verified.</summary>
    public static string ResponseTo(ClientAuthType policy, ClientKind kind, TestCertificate? certificate) => Response(
        policy == ClientAuthType.NoClientCert ? null : certificate?.Subject,
        policy is ClientAuthType.VerifyClientCertIfGiven or ClientAuthType.RequireAndVerifyClientCert && kind != ClientKind.NoCertificate ? certificate?.Subject : null);

    /// <summary>Starts a secured server that responds to GET with the certificate that the client sent, and the client that was verified.</summary>
    public static Task<TestServer> StartServerAsync(ServerTlsOptions options) => Server.StartAsync(options);

    /// <summary>Starts a server for each policy, with the policy as its name. All accept TLS 1.2 and 1.3.</summary>
    /// <param name="folder">The folder for their files. The CA certificate of the servers is in <c>server/ca.crt</c>.</param>
    /// <param name="host">The host name in their certificate.</param>
    public async Task<IReadOnlyDictionary<ClientAuthType, TestServer>> StartServersAsync(TempFolder folder, string host)
    {
        var files = folder.WriteRealm("server", ServerCa, ServerCa.IssueServer(host));
        var clientCa = folder.Write("clients.crt", ClientCa.Pem + "\n" + Pinned.ChainPem);
        var servers = new Dictionary<ClientAuthType, TestServer>();
        foreach (var policy in Policies)
        {
            var options = new ServerTlsOptions
            {
                Name = $"{policy}",
                CertFile = files.CertFile,
                KeyFile = files.KeyFile,
                ClientAuthType = policy,
                MinVersion = SslProtocols.Tls12,
            };
            if (policy is ClientAuthType.VerifyClientCertIfGiven or ClientAuthType.RequireAndVerifyClientCert)
            {
                options.ClientCaFile.Add(clientCa);
            }

            servers.Add(policy, await StartServerAsync(options));
        }

        return servers;
    }

    private static string Response(string? sent, string? verified) => $"sent by {sent ?? "none"}, verified as {verified ?? "none"}";

    private static Task WriteResponseAsync(HttpContext context) => context.Response.WriteAsync(
        Response(context.Connection.ClientCertificate?.Subject, context.Features.Get<VerifiedClient>()?.Subject));

    private static TestCertificate SelfSigned(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([TestCa.ClientAuthentication], critical: false));
        return new TestCertificate(X509CertificateLoader.LoadCertificate(request.CreateSelfSigned(Before, After).RawData), key, []);
    }

    private sealed class Server : TestServer
    {
        private Server(ServerTlsOptions options)
            : base(
                listen => listen.UseEndpointMtls(options),
                services => services.AddEndpointMtls(),
                application => application.MapGet("/", WriteResponseAsync),
                HttpProtocols.Http1AndHttp2)
        {
        }

        public static async Task<TestServer> StartAsync(ServerTlsOptions options) => await StartAsync(new Server(options));
    }
}
