using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures a full mutual handshake with options of the provider, against options from elsewhere.</summary>
/// <remarks>TLS 1.3, three certificates on each side, no resumption. The figures include both sides and the socket, which are the same for all.</remarks>
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

    /// <summary>Static options, built by hand once.</summary>
    [Benchmark(Baseline = true)]
    public Task ByHand() => _handshakes.RunAsync(_static);

    /// <summary>Options of the provider for each handshake, with the current certificates.</summary>
    [Benchmark]
    public Task Provider() => _handshakes.RunAsync(_provider.CreateClientOptions("localhost"));

    /// <summary>Reads and parses the files at each handshake, the simplest form of rotation.</summary>
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

    /// <summary>A callback that selects the certificate at each handshake. .NET then sends only the leaf, so the server must have the intermediate.</summary>
    [Benchmark]
    public Task SelectionCallback() => _handshakes.RunAsync(_selecting);
}
