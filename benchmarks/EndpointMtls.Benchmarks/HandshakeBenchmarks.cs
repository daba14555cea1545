using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Benchmarks;

/// <summary>What does a full mutual handshake cost with a provider's options, against other ways to have them?</summary>
/// <remarks>TLS 1.3, three certificates on either side, no resumption. The figures hold both sides and the socket, which are the same for all.</remarks>
public class HandshakeBenchmarks
{
    private Pki _pki = null!;
    private ServiceProvider _services = null!;
    private RotatingCertificateProvider _provider = null!;
    private Handshakes _handshakes = null!;
    private SslClientAuthenticationOptions _static = null!;
    private SslClientAuthenticationOptions _selecting = null!;

    [Params(KeyKind.Ec, KeyKind.Rsa)]
    public KeyKind Keys { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _pki = new Pki(Keys);
        _services = Containers.With(_pki.Tls);
        _provider = _services.GetRequiredKeyedService<RotatingCertificateProvider>("realm");
        _handshakes = new Handshakes(_pki.CreateServerOptions());
        _static = _pki.CreateClientOptions();
        _selecting = _pki.CreateClientOptions();
        _selecting.ClientCertificateContext = null;
        var leaf = _pki.Client.WithKey();
        _selecting.LocalCertificateSelectionCallback = (_, _, _, _, _) => leaf;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _handshakes.Dispose();
        _services.Dispose();
        _pki.Dispose();
    }

    /// <summary>Options built by hand, once: certificates never change.</summary>
    [Benchmark(Baseline = true)]
    public Task ByHand() => _handshakes.RunAsync(_static);

    /// <summary>Options from the provider for each handshake: certificates are as the files say.</summary>
    [Benchmark]
    public Task Provider() => _handshakes.RunAsync(_provider.CreateClientOptions("localhost"));

    /// <summary>The files read and parsed at each handshake, which is rotation in its simplest form.</summary>
    [Benchmark]
    public async Task ReadFilesEachTime()
    {
        var (pem, key) = (File.ReadAllText(_pki.Tls.CertFile!), File.ReadAllText(_pki.Tls.KeyFile!));
        using var root = X509Certificate2.CreateFromPem(File.ReadAllText(_pki.Tls.CaFile[0]));
        using var leaf = X509Certificate2.CreateFromPem(pem, key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        try
        {
            var options = Pki.CreateClientOptions(Pki.Trust(root));
            options.ClientCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true);
            await _handshakes.RunAsync(options);
        }
        finally
        {
            foreach (var certificate in chain)
                certificate.Dispose();
        }
    }

    /// <summary>A callback that chooses the certificate at each handshake. It sends the leaf alone: the server must know the intermediate already.</summary>
    [Benchmark]
    public Task SelectionCallback() => _handshakes.RunAsync(_selecting);
}
