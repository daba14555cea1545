using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Comparisons.Calls;

/// <summary>Creates the channels of this process in each way.</summary>
internal static class Ways
{
    public const string Realm = "bench";
    public const string Ours = "ours";
    public const string ByHand = "hand-built";
    public const string Plaintext = "plaintext";
    public const string Nginx = "nginx";
    public const string Haproxy = "haproxy";
    public const string GrpcGo = "grpc-go";

    /// <summary>The library, set up as in a service.</summary>
    public static ServiceProvider AddOurs(Target target, Action<TlsOptions>? configure = null)
    {
        var tls = new TlsOptions { CaFile = { target.CaFile }, CertFile = target.CertFile, KeyFile = target.KeyFile };
        configure?.Invoke(tls);
        return new ServiceCollection()
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = Realm, TlsConfig = tls, Match = { "*" } }))
            .BuildServiceProvider();
    }

    /// <summary>A channel built by hand, without rotation.</summary>
    public static GrpcChannel CreateByHand(string host, int port, SslClientAuthenticationOptions options) => GrpcChannel.ForAddress($"https://{host}:{port}", new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseProxy = false, SslOptions = options },
    });

    public static GrpcChannel CreatePlaintext(int port) => GrpcChannel.ForAddress($"http://127.0.0.1:{port}", new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseProxy = false },
    });

    /// <summary>Creates static options, which all channels can share.</summary>
    public static SslClientAuthenticationOptions CreateOptionsByHand(Target target)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(target.CertFile);
        var leaf = X509Certificate2.CreateFromPemFile(target.CertFile, target.KeyFile);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.ImportFromPemFile(target.CaFile);
        return new SslClientAuthenticationOptions
        {
            ClientCertificateContext = SslStreamCertificateContext.Create(leaf, [.. chain.Skip(1)], offline: true),
            CertificateChainPolicy = policy,
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
        };
    }
}
