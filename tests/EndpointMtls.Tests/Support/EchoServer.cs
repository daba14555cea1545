using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Support;

/// <summary>A Kestrel with the Echo service: plaintext, with TLS of .NET, or secured by EndpointMtls.</summary>
internal sealed class EchoServer : TestServer
{
    private readonly EchoGate _gate;

    private EchoServer(
        Action<ListenOptions> configure,
        Action<IServiceCollection> addServices,
        Action<WebApplication> map,
        HttpProtocols protocols,
        string? socket,
        int port,
        EchoGate gate,
        TestHealth health)
        : base(configure, services => addServices(AddEcho(services, gate, health)), application => map(MapEcho(application)), protocols, socket, port) =>
        (_gate, Health) = (gate, health);

    /// <summary>Controls the health service, which servers without EndpointMtls have.</summary>
    public TestHealth Health { get; }

    /// <summary>The number of unary calls that have arrived.</summary>
    public int Calls => _gate.Calls;

    /// <param name="port">The port of an earlier server, to restart it; 0 for any free port.</param>
    public static Task<EchoServer> StartPlaintextAsync(int port = 0) => StartWithHealthAsync(_ => { }, port: port);

    /// <summary>Starts a plaintext server on a Unix domain socket.</summary>
    public static Task<EchoServer> StartPlaintextAsync(string socket) => StartWithHealthAsync(_ => { }, socket);

    /// <summary>Starts a TLS server on a Unix domain socket.</summary>
    public static Task<EchoServer> StartTlsAsync(string socket, TestCertificate certificate, params TestCa[] clientCas) =>
        StartWithHealthAsync(UseHttps(() => CreateOptions(certificate, clientCas)), socket);

    /// <summary>Starts a TLS server. With client CAs, it requires a client certificate that one of them issued.</summary>
    public static Task<EchoServer> StartTlsAsync(TestCertificate certificate, params TestCa[] clientCas) =>
        StartTlsAsync(CreateOptions(certificate, clientCas));

    public static Task<EchoServer> StartTlsAsync(SslServerAuthenticationOptions options) =>
        StartTlsAsync(() => options);

    /// <summary>Starts a TLS server that gets its options for each handshake.</summary>
    /// <param name="getOptions">Called for each handshake.</param>
    /// <param name="port">The port of an earlier server, to restart it; 0 for any free port.</param>
    public static Task<EchoServer> StartTlsAsync(Func<SslServerAuthenticationOptions> getOptions, int port = 0) =>
        StartWithHealthAsync(UseHttps(getOptions), port: port);

    /// <summary>Starts a server that EndpointMtls secures.</summary>
    /// <param name="secure">Calls <c>UseEndpointMtls</c>.</param>
    /// <param name="addServices">Registers EndpointMtls; by default without realms.</param>
    /// <param name="map">Maps more routes.</param>
    /// <param name="protocols">The HTTP versions.</param>
    public static Task<EchoServer> StartSecuredAsync(
        Action<ListenOptions> secure,
        Action<IServiceCollection>? addServices = null,
        Action<WebApplication>? map = null,
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2) => StartAsync(new EchoServer(
            secure, addServices ?? (services => services.AddEndpointMtls()), map ?? (_ => { }), protocols, socket: null, port: 0, new EchoGate(), new TestHealth()));

    public static SslServerAuthenticationOptions CreateOptions(TestCertificate certificate, params TestCa[] clientCas)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.ToContext(),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = clientCas.Length > 0,
        };
        if (clientCas.Length > 0)
        {
            options.CertificateChainPolicy = Trust(clientCas);
            options.CertificateChainPolicy.ApplicationPolicy.Add(TestCa.ClientAuthentication);
        }

        return options;
    }

    /// <summary>Creates a chain policy that trusts these CAs only.</summary>
    public static X509ChainPolicy Trust(params TestCa[] cas)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(cas.Select(ca => ca.Certificate).ToArray());
        return policy;
    }

    /// <summary>Makes the next unary call fail with Unavailable.</summary>
    public void FailNextCall() => _gate.FailNextCall();

    /// <summary>Makes the next unary call wait until it is released, or its client cancels it.</summary>
    public EchoGate.Hold HoldNextCall() => _gate.HoldNextCall();

    private static Action<ListenOptions> UseHttps(Func<SslServerAuthenticationOptions> getOptions) =>
        listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(getOptions()) });

    // The secured servers of some tests have a health service of their own.
    private static Task<EchoServer> StartWithHealthAsync(Action<ListenOptions> configure, string? socket = null, int port = 0) => StartAsync(new EchoServer(
        configure, _ => { }, application => application.MapGrpcService<TestHealth>(), HttpProtocols.Http2, socket, port, new EchoGate(), new TestHealth()));

    private static IServiceCollection AddEcho(IServiceCollection services, EchoGate gate, TestHealth health)
    {
        services.AddGrpc();
        return services.AddSingleton(gate).AddSingleton(health);
    }

    private static WebApplication MapEcho(WebApplication application)
    {
        application.MapGrpcService<EchoService>();
        return application;
    }
}
