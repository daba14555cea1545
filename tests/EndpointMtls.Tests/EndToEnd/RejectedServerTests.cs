using System.Security.Authentication;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>.NET verifies a server at the end of the handshake: the server then has the certificate of the client.</summary>
public sealed class RejectedServerTests
{
    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_rejected_server_has_received_the_client_certificate(SslProtocols version)
    {
        TestCa trusted = TestCa.CreateRoot("trusted"), other = TestCa.CreateRoot("other");
        using var folder = new TempFolder();
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = EchoServer.CreateOptions(other.IssueServer("127.0.0.1"));
        options.EnabledSslProtocols = version;
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = (_, certificate, _, _) => received.TrySetResult(certificate!.Subject);
        await using var server = await EchoServer.StartTlsAsync(options);
        var tls = folder.WriteRealm("client", trusted, trusted.IssueClient("querier"));
        tls.MinVersion = SslProtocols.Tls12;
        await using var client = TestServices.With(new RealmOptions { Name = "client", Endpoints = { server.Address }, TlsConfig = tls });

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            new Echo.EchoClient(client.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());

        EndpointConnectionException.ReasonOf(failure!).Should().Be(ConnectionFailureReason.UntrustedRoot);
        (await received.Task.WithTimeout()).Should().Be("CN=querier");
    }
}
