using Grpc.Core;

namespace EndpointMtls.Tests.GrpcContracts;

internal sealed class CallOptionsTests
{
    [Test]
    public void By_default_nothing_is_asked_for()
    {
        var options = new CallOptions();

        options.Headers.Should().BeNull();
        options.Deadline.Should().BeNull();
        options.CancellationToken.Should().Be(CancellationToken.None);
        options.WriteOptions.Should().BeNull();
        options.PropagationToken.Should().BeNull();
        options.Credentials.Should().BeNull();
        options.IsWaitForReady.Should().BeFalse();
    }

    [Test]
    public void A_copy_differs_in_what_was_replaced_and_only_there()
    {
        using var cancellation = new CancellationTokenSource();
        var headers = new Metadata();
        var deadline = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var writeOptions = new WriteOptions(WriteFlags.NoCompress);
        var credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        var original = new CallOptions();

        var copy = original
            .WithHeaders(headers)
            .WithDeadline(deadline)
            .WithCancellationToken(cancellation.Token)
            .WithWriteOptions(writeOptions)
            .WithCredentials(credentials)
            .WithWaitForReady();

        copy.Headers.Should().BeSameAs(headers);
        copy.Deadline.Should().Be(deadline);
        copy.CancellationToken.Should().Be(cancellation.Token);
        copy.WriteOptions.Should().BeSameAs(writeOptions);
        copy.Credentials.Should().BeSameAs(credentials);
        copy.IsWaitForReady.Should().BeTrue();
        copy.WithWaitForReady(false).IsWaitForReady.Should().BeFalse();
        original.Headers.Should().BeNull();
        original.IsWaitForReady.Should().BeFalse();
    }

    [Test]
    public void Write_options_have_no_flags_by_default()
    {
        WriteOptions.Default.Flags.Should().Be(default);
        new WriteOptions().Flags.Should().Be(default);
        new WriteOptions(WriteFlags.BufferHint | WriteFlags.NoCompress).Flags.Should().HaveFlag(WriteFlags.BufferHint);
    }

    [Test]
    public void Composing_takes_at_least_two_credentials()
    {
        var credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);

        Assert.That(() => CallCredentials.Compose(credentials), Throws.ArgumentException);
        Assert.That(() => CallCredentials.FromInterceptor(null!), Throws.ArgumentNullException);
    }
}
