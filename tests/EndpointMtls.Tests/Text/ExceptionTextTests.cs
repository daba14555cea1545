using EndpointMtls.Text;

namespace EndpointMtls.Tests.Text;

/// <summary>The messages of exceptions, as part of a sentence.</summary>
public sealed class ExceptionTextTests
{
    [Test]
    public void Leaves_out_the_name_of_the_parameter_and_the_full_stop()
    {
        ExceptionText.Of(new ArgumentException("The key is malformed.", "privateKey")).Should().Be("The key is malformed");
        ExceptionText.Of(new IOException("The disk is full.")).Should().Be("The disk is full");
    }

    [Test]
    public void Is_on_one_bounded_line() =>
        ExceptionText.Of(new IOException($"a\r\nb{new string('x', 500)}")).Should().MatchRegex("^a\\\\r\\\\nbx{295}…$");
}
