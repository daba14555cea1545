using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EndpointMtls.Tests.Support;

/// <summary>An HTTP/1.1 server without Kestrel. It responds with the subject of the client certificate, and closes the connection after each request.</summary>
internal sealed class HttpsPeer : IDisposable
{
    private readonly RawPeer _peer;
    private volatile SslServerAuthenticationOptions _options = null!;

    public HttpsPeer(TestCertificate certificate, params TestCa[] clientCas)
    {
        Reconfigure(certificate, clientCas);
        _peer = new RawPeer(ServeAsync);
    }

    public int Port => new Uri($"https://{_peer.Address}").Port;

    /// <summary>Changes the certificate of the server and the CAs of its clients. Without CAs, it requests no client certificate.</summary>
    public void Reconfigure(TestCertificate certificate, params TestCa[] clientCas)
    {
        var options = EchoServer.CreateOptions(certificate, clientCas);
        options.ApplicationProtocols = null;
        _options = options;
    }

    public void Dispose() => _peer.Dispose();

    private async Task ServeAsync(Stream connection)
    {
        await using var stream = new SslStream(connection);
        await stream.AuthenticateAsServerAsync(_options);
        using var reader = new StreamReader(stream);
        while (!string.IsNullOrEmpty(await reader.ReadLineAsync()))
        {
        }

        var subject = (stream.RemoteCertificate as X509Certificate2)?.Subject ?? "none";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {subject.Length}\r\n\r\n{subject}"));
        await stream.ShutdownAsync();
    }
}
