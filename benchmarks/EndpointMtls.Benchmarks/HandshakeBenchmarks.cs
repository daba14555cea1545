using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Benchmarks;

/// <summary>What does a full mutual handshake cost, with a provider's options, against options built once by hand?</summary>
[MemoryDiagnoser]
public class HandshakeBenchmarks
{
    private readonly TempFolder _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private ServiceProvider _services = null!;
    private RotatingCertificateProvider _provider = null!;
    private SslServerAuthenticationOptions _server = null!;
    private SslClientAuthenticationOptions _static = null!;

    [GlobalSetup]
    public void Setup()
    {
        var root = TestAuthority.CreateRoot("root");
        var intermediate = root.CreateIntermediate("intermediate");
        var client = intermediate.IssueClient("client");
        _server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = intermediate.IssueServer("localhost").ToContext(),
            ClientCertificateRequired = true,
            CertificateChainPolicy = Trust(root),
            AllowTlsResume = false,
        };
        _static = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificateContext = client.ToContext(),
            CertificateChainPolicy = Trust(root),
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
        };
        _services = new ServiceCollection()
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions
            {
                Name = "realm",
                TlsConfig = _folder.WriteRealm("realm", root, client),
                Match = { "*" },
            }))
            .BuildServiceProvider();
        _provider = _services.GetRequiredKeyedService<RotatingCertificateProvider>("realm");
        _listener.Start();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _listener.Dispose();
        _services.Dispose();
        _folder.Dispose();
    }

    [Benchmark(Baseline = true)]
    public Task StaticOptions() => HandshakeAsync(_static);

    [Benchmark]
    public Task Provider() => HandshakeAsync(_provider.CreateClientOptions("localhost"));

    private async Task HandshakeAsync(SslClientAuthenticationOptions options)
    {
        using var client = new TcpClient();
        var accepting = _listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint);
        using var server = await accepting;
        await using var clientStream = new SslStream(client.GetStream());
        await using var serverStream = new SslStream(server.GetStream());
        await Task.WhenAll(clientStream.AuthenticateAsClientAsync(options), serverStream.AuthenticateAsServerAsync(_server));
    }

    private static X509ChainPolicy Trust(TestAuthority root)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(root.Certificate);
        return policy;
    }
}
