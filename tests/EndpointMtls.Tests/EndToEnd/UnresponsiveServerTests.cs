using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>The failure reasons of servers that accept a connection, and do not respond as HTTP/2 servers do.</summary>
public sealed class UnresponsiveServerTests : ConnectionFailureFixture
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_server_that_does_not_respond_to_a_new_connection_has_the_reason_Unreachable(bool usesTls)
    {
        var time = new TestTimeProvider(Now);
        var hasConnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var peer = new RawPeer(async network =>
        {
            await using Stream stream = usesTls ? await AuthenticateAsync(network) : network;
            await stream.ReadExactlyAsync(new byte[24]);
            hasConnected.TrySetResult();
            await stream.CopyToAsync(Stream.Null);
        });
        await using var services = usesTls ? ServicesFor(peer.Address, withCertificate: true, time) : PlaintextServicesFor(peer.Address, time);

        var failing = FailAsync(services, peer.Address);
        await hasConnected.Task.WithTimeout();
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(20));

        var failure = await failing;
        failure.Reason.Should().Be(ConnectionFailureReason.Unreachable);
        failure.Message.Should().BeApproved();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_connection_that_outlives_all_its_calls_is_reported_as_hanging(bool afterTheHandshake)
    {
        var time = new TestTimeProvider(Now);
        using var peer = new RawPeer(async network =>
        {
            await using Stream stream = afterTheHandshake ? await AuthenticateAsync(network) : network;
            await stream.CopyToAsync(Stream.Null);
        });
        await using var services = ServicesFor(peer.Address, withCertificate: true, time);
        var client = new Echo.EchoClient(services.Factory.GetChannel(peer.Address));

        await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddMilliseconds(200)).ResponseAsync.WithTimeout());
        time.Advance(TimeSpan.FromSeconds(5));
        await services.Logs.Wait(301).WithTimeout();

        services.Factory.Describe(peer.Address).LastFailure!.Reason.Should().Be(ConnectionFailureReason.Unreachable);
    }

    [TestCase(true, "text/html", true)]
    [TestCase(true, "application/grpc", false)]
    [TestCase(false, "text/html", false)]
    public async Task HTTP_400_of_a_server_that_requests_a_client_certificate_is_reported_as_its_rejection(
        bool requestsCertificate, string contentType, bool isRejection)
    {
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"));
        options.ClientCertificateRequired = requestsCertificate;
        options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null;
        await using var server = await EchoServer.StartSecuredAsync(
            listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(options) }),
            map: application => application.Run(context =>
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                context.Response.ContentType = contentType;
                return context.Response.WriteAsync("No required SSL certificate was sent");
            }));
        await using var services = ServicesFor(server.Address, withCertificate: false);

        if (isRejection)
        {
            var failure = await FailAsync(services, server.Address);
            failure.Reason.Should().Be(ConnectionFailureReason.ClientCertificateRejected);
            failure.Message.Should().BeApproved();
        }
        else
        {
            var client = new Echo.EchoClient(services.Factory.GetChannel(server.Address));
            var exception = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());
            EndpointConnectionException.ReasonOf(exception!).Should().BeNull();
        }
    }

    [Test]
    public async Task A_Kestrel_with_HTTP_1_1_only_is_recognised()
    {
        await using var server = await EchoServer.StartSecuredAsync(_ => { }, protocols: HttpProtocols.Http1);
        await using var services = PlaintextServicesFor(server.Address, TimeProvider.System);

        (await FailAsync(services, server.Address)).Reason.Should().Be(ConnectionFailureReason.NotHttp2);
    }

    private static TestServices PlaintextServicesFor(string address, TimeProvider time) => new(services => services.AddSingleton(time)
        .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "realm", Endpoints = { address } })));
}
