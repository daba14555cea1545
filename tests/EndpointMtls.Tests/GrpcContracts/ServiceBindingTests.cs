using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.GrpcContracts;

internal sealed class ServiceBindingTests
{
    private static readonly string[] Methods =
    [
        "Unary /endpoint_mtls.tests.Echo/Unary",
        "ServerStreaming /endpoint_mtls.tests.Echo/ServerStream",
        "ClientStreaming /endpoint_mtls.tests.Echo/ClientStream",
        "DuplexStreaming /endpoint_mtls.tests.Echo/Duplex",
    ];

    [Test]
    public void Generated_code_binds_every_method()
    {
        var binder = new RecordingBinder();

        Echo.BindService(binder, new EchoService());

        binder.Bound.Should().Equal(Methods);
    }

    [Test]
    public void A_definition_binds_every_method()
    {
        var binder = new RecordingBinder();

        Echo.BindService(new EchoService()).BindService(binder);

        binder.Bound.Should().Equal(Methods);
    }

    [Test]
    public async Task A_definition_is_served()
    {
        await using var server = await PlainEchoServer.StartAsync(definition: Echo.BindService(new EchoService()));

        (await server.Client.UnaryAsync(new EchoRequest { Text = "hello" }).ResponseAsync.WithTimeout()).Text.Should().Be("hello");
        using var stream = server.Client.ServerStream(new EchoRequest { Count = 2 });
        (await stream.ResponseStream.ReadAllAsync().ToListAsync().AsTask().WithTimeout()).Should().HaveCount(2);
    }

    [Test]
    public void A_definition_takes_a_method_once()
    {
        var method = new Method<string, string>(
            MethodType.Unary, "service", "name", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(method, (request, _) => Task.FromResult(request));

        method.FullName.Should().Be("/service/name");
        Assert.That(() => builder.AddMethod(method, (request, _) => Task.FromResult(request)), Throws.ArgumentException);
    }

    [Test]
    public void A_binder_that_overrides_nothing_takes_no_methods() =>
        Assert.That(() => Echo.BindService(new ServiceBinderBase(), new EchoService()), Throws.TypeOf<NotImplementedException>());

    private sealed class RecordingBinder : ServiceBinderBase
    {
        public List<string> Bound { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Note(method, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) => Note(method, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => Note(method, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) => Note(method, handler);

        private void Note(IMethod method, Delegate? handler)
        {
            handler.Should().NotBeNull();
            Bound.Add($"{method.Type} {method.FullName}");
        }
    }
}
