using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Tests.Support;

/// <summary>What a client may come with.</summary>
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

/// <summary>Every policy against every kind of client: the certificates, and what Go's crypto/tls does with them.</summary>
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

    /// <summary>A certificate that stands for itself.</summary>
    public TestCertificate Pinned { get; }

    public TestCertificate? Of(ClientKind kind) => _certificates.GetValueOrDefault(kind);

    /// <summary>Why such a client is refused; <see langword="null"/> if it gets in.</summary>
    public static string? RefusalOf(ClientAuthType policy, ClientKind kind) => (policy, kind) switch
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

    /// <summary>What <see cref="WhoServer"/> answers a client that gets in: who sent a certificate, and who was verified.</summary>
    public static string AnswerTo(ClientAuthType policy, ClientKind kind, TestCertificate? certificate) => WhoServer.Answer(
        policy == ClientAuthType.NoClientCert ? null : certificate?.Subject,
        policy is ClientAuthType.VerifyClientCertIfGiven or ClientAuthType.RequireAndVerifyClientCert && kind != ClientKind.NoCertificate ? certificate?.Subject : null);

    /// <summary>Starts a server for each policy, called after it, that accepts both versions of TLS.</summary>
    /// <param name="folder">Where the files go; the authority of the servers is <c>server/ca.crt</c> there.</param>
    /// <param name="host">The host that their certificate is for.</param>
    public async Task<IReadOnlyDictionary<ClientAuthType, WhoServer>> StartServersAsync(TempFolder folder, string host)
    {
        var files = folder.WriteRealm("server", ServerCa, ServerCa.IssueServer(host));
        var clientCa = folder.Write("clients.crt", ClientCa.Pem + "\n" + Pinned.ChainPem);
        var servers = new Dictionary<ClientAuthType, WhoServer>();
        foreach (var policy in Policies)
        {
            var options = new ServerTlsOptions { Name = $"{policy}", CertFile = files.CertFile, KeyFile = files.KeyFile, ClientAuthType = policy, MinVersion = SslProtocols.Tls12 };
            if (policy is ClientAuthType.VerifyClientCertIfGiven or ClientAuthType.RequireAndVerifyClientCert)
            {
                options.ClientCaFile.Add(clientCa);
            }

            servers.Add(policy, await WhoServer.StartAsync(options));
        }

        return servers;
    }

    private static TestCertificate SelfSigned(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([TestCa.ClientAuthentication], critical: false));
        return new TestCertificate(X509CertificateLoader.LoadCertificate(request.CreateSelfSigned(Before, After).RawData), key, []);
    }
}
