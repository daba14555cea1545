using Grpc.Core;

namespace EndpointMtls.Tests.GrpcContracts;

internal sealed class StatusTests
{
    private static readonly Status NotFound = new(StatusCode.NotFound, "no such store");

    [Test]
    public void A_status_shows_its_code_and_detail() =>
        NotFound.ToString().Should().Be("""Status(StatusCode="NotFound", Detail="no such store")""");

    [Test]
    public void A_status_shows_the_exception_behind_it() =>
        new Status(StatusCode.Internal, "broken", new InvalidOperationException("because")).ToString().Should().Be(
            """Status(StatusCode="Internal", Detail="broken", DebugException="System.InvalidOperationException: because")""");

    [Test]
    public void The_default_statuses_have_no_detail()
    {
        Status.DefaultSuccess.Should().Be(new Status(StatusCode.OK, ""));
        Status.DefaultCancelled.Should().Be(new Status(StatusCode.Cancelled, ""));
        default(Status).StatusCode.Should().Be(StatusCode.OK);
    }

    [Test]
    public void An_exception_speaks_the_text_of_its_status()
    {
        var exception = new RpcException(NotFound);

        exception.Message.Should().Be(NotFound.ToString());
        exception.StatusCode.Should().Be(StatusCode.NotFound);
        exception.Status.Detail.Should().Be("no such store");
        exception.Trailers.Should().BeEmpty();
    }

    [Test]
    public void An_exception_may_have_a_message_of_its_own()
    {
        var trailers = new Metadata { { "key", "value" } };

        new RpcException(NotFound, "message").Message.Should().Be("message");
        var exception = new RpcException(NotFound, trailers, "message");

        exception.Message.Should().Be("message");
        exception.Trailers.Should().BeSameAs(trailers);
        new RpcException(NotFound, trailers).Message.Should().Be(NotFound.ToString());
    }

    [Test]
    public void An_exception_needs_trailers() =>
        Assert.That(() => new RpcException(NotFound, (Metadata)null!), Throws.ArgumentNullException);

    [Test]
    public void The_codes_are_those_of_the_protocol()
    {
        Assert.That((int)StatusCode.DeadlineExceeded, Is.EqualTo(4));
        Assert.That((int)StatusCode.Unavailable, Is.EqualTo(14));
        Assert.That((int)StatusCode.Unauthenticated, Is.EqualTo(16));
        Assert.That(Enum.GetValues<StatusCode>().Select(code => (int)code), Is.EqualTo(Enumerable.Range(0, 17)));
    }
}
