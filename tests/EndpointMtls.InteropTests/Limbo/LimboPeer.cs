using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointMtls.InteropTests.Limbo;

/// <summary>OpenSSL presents the certificate of a case to a realm or a server that trusts the CAs of the case.</summary>
internal sealed class LimboPeer : IDisposable
{
    private static readonly TestCa Servers = TestCa.CreateRoot("servers");
    private static readonly TestCertificate Server = Servers.IssueServer("127.0.0.1");

    private readonly LimboCase _case;
    private readonly TempFolder _folder = new();
    private readonly LogRecorder _logs = new();
    private readonly ServiceProvider _services;
    private bool _wasPresented;

    private LimboPeer(LimboCase limbo)
    {
        _case = limbo;
        var trusted = _folder.Write("trusted.crt", string.Join('\n', limbo.TrustedCerts));
        _services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(_logs))
            .AddSingleton<TimeProvider>(new FixedTime(limbo.ValidationTime ?? TimeProvider.System.GetUtcNow()))
            .AddEndpointMtls(options => options.Realms.Add(limbo.VerifiesServer
                ? new RealmOptions { Name = "limbo", Match = { "*" }, TlsConfig = new TlsOptions { CaFile = { trusted } } }
                : new RealmOptions { Name = "unused", Match = { "*" }, TlsConfig = new TlsOptions { CaFile = { _folder.Write("servers.crt", Servers.Pem) } } }))
            .BuildServiceProvider();
    }

    public static async Task<LimboVerdict> VerifyAsync(LimboCase limbo)
    {
        using var peer = new LimboPeer(limbo);
        try
        {
            var isAccepted = limbo.VerifiesServer ? await peer.VerifyServerAsync() : await peer.VerifyClientAsync();
            return new(isAccepted, peer._wasPresented, isAccepted ? "" : peer._logs.Entries.LastOrDefault(entry => entry.EventId == 500)?.Message ?? "");
        }
        catch (Exception exception) when (exception is AuthenticationException or OptionsValidationException or CryptographicException)
        {
            return new(false, peer._wasPresented, exception.Message);
        }
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> VerifyServerAsync()
    {
        var provider = _services.GetRequiredKeyedService<RotatingCertificateProvider>("limbo");
        if (_case.Host is not { } host)
            return VerifyWithoutName();

        var options = provider.CreateClientOptions(host);
        options.RemoteCertificateValidationCallback = NotePresentation(options.RemoteCertificateValidationCallback!);
        if (_case.PeerCertificateKey is not null)
        {
            await using var server = ChildProcess.StartPeer("openssl", ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", .. Arguments()]);
            if (await TryReadPortAsync(server) is { } port && await TryHandshakeAsync(port, stream => stream.AuthenticateAsClientAsync(options)))
                return true;
        }

        return !_wasPresented && Check(provider.CreateRotatingClientOptions(host).RemoteCertificateValidationCallback!, options.CertificateChainPolicy!);
    }

    private bool VerifyWithoutName()
    {
        using var leaf = X509Certificate2.CreateFromPem(_case.PeerCertificate);
        var trusted = _case.TrustedCerts.Select(pem => new CaCertificate(X509Certificate2.CreateFromPem(pem))).ToImmutableHashSet();
        X509Certificate2Collection others = [.. _case.UntrustedIntermediates.Select(pem => X509Certificate2.CreateFromPem(pem))];
        var verdict = new PeerVerifier(PeerRole.Server, new TrustBundle(trusted, ["trusted.crt"])).VerifyAgain(leaf, others, SslPolicyErrors.None, TimeProvider.System.GetUtcNow());
        return verdict.IsAccepted ? true : throw new AuthenticationException(verdict.Explanation);
    }

    private async Task<bool> VerifyClientAsync()
    {
        var server = ServerTls.Get(_services, new ServerTlsOptions
        {
            Name = "limbo",
            CertFile = _folder.Write("server.crt", Server.ChainPem),
            KeyFile = _folder.Write("server.key", Server.KeyPem),
            ClientCaFile = { _folder["trusted.crt"] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        });
        var options = (await server.PrepareHandshakeAsync()).Options;
        options.RemoteCertificateValidationCallback = NotePresentation(options.RemoteCertificateValidationCallback!);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var client = ChildProcess.StartPeer("openssl", ["s_client", "-connect", listener.LocalEndpoint.ToString()!, .. Arguments()]);
        using var timeout = new CancellationTokenSource(Eventually.Timeout);
        var accepted = listener.AcceptTcpClientAsync(timeout.Token).AsTask();
        if (await Task.WhenAny(accepted, client.WaitForExitAsync()) == accepted)
        {
            using var connection = await accepted;
            if (await TryHandshakeAsync(connection, stream => stream.AuthenticateAsServerAsync(options)))
                return true;
        }

        return !_wasPresented && Check(options.RemoteCertificateValidationCallback!, options.CertificateChainPolicy!);
    }

    private RemoteCertificateValidationCallback NotePresentation(RemoteCertificateValidationCallback verify) => (sender, certificate, chain, errors) =>
    {
        _wasPresented = true;
        return verify(sender, certificate, chain, errors);
    };

    // OpenSSL does not read every certificate, and TLS 1.3 has no signatures for some keys. Then only the callback is called.
    private bool Check(RemoteCertificateValidationCallback verify, X509ChainPolicy policy)
    {
        using var leaf = X509Certificate2.CreateFromPem(_case.PeerCertificate);
        using var chain = new X509Chain { ChainPolicy = policy };
        chain.ChainPolicy.ExtraStore.AddRange(_case.UntrustedIntermediates.Select(pem => X509Certificate2.CreateFromPem(pem)).ToArray());
        var errors = chain.Build(leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        if (_case.VerifiesServer && !leaf.MatchesHostname(_case.Host!))
            errors |= SslPolicyErrors.RemoteCertificateNameMismatch;
        var isAccepted = verify(this, leaf, chain, errors);
        _wasPresented = false;
        return isAccepted;
    }

    private string[] Arguments() =>
    [
        "-tls1_3", "-cipher", "DEFAULT:@SECLEVEL=0",
        "-cert", _folder.Write("peer.crt", _case.PeerCertificate), "-key", _folder.Write("peer.key", _case.PeerCertificateKey!),
        .. _case.UntrustedIntermediates is [] ? Array.Empty<string>() : ["-cert_chain", _folder.Write("chain.crt", string.Join('\n', _case.UntrustedIntermediates))],
    ];

    private static async Task<int?> TryReadPortAsync(ChildProcess server)
    {
        const string Accept = "ACCEPT 127.0.0.1:";
        var output = await Eventually.Async(() => Task.FromResult(server.Output), output => output.Contains(Accept, StringComparison.Ordinal) || server.Process.HasExited);
        return output.Contains(Accept, StringComparison.Ordinal) ? int.Parse(output[(output.IndexOf(Accept, StringComparison.Ordinal) + Accept.Length)..].Split('\n')[0], null) : null;
    }

    private async Task<bool> TryHandshakeAsync(int port, Func<SslStream, Task> authenticate)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port);
        return await TryHandshakeAsync(connection, authenticate);
    }

    // A failure before the certificate was presented is one of OpenSSL, not a verdict.
    private async Task<bool> TryHandshakeAsync(TcpClient connection, Func<SslStream, Task> authenticate)
    {
        await using var stream = new SslStream(connection.GetStream());
        try
        {
            await authenticate(stream).WithTimeout();
            return true;
        }
        catch (Exception exception) when ((exception is AuthenticationException && (!_wasPresented || !_case.VerifiesServer)) || (exception is IOException && !_wasPresented))
        {
            return false;
        }
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
