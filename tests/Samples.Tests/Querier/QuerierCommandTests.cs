using Querier;

namespace Samples.Tests.Querier;

public sealed class QuerierCommandTests
{
    [TestCase("1ms", 1)]
    [TestCase("500ms", 500)]
    [TestCase("10s", 10_000)]
    [TestCase("1m30s", 90_000)]
    [TestCase("2", 2_000)]
    public async Task The_demo_rotates_as_often_as_it_is_told(string period, int milliseconds) =>
        (await ParseAsync("--demo-rotate", period)).DemoRotate.Should().Be(TimeSpan.FromMilliseconds(milliseconds));

    [Test]
    public async Task The_demo_does_not_rotate_unless_it_is_told() =>
        (await ParseAsync()).DemoRotate.Should().BeNull();

    [TestCase("0")]
    [TestCase("0s")]
    [TestCase("-1s")]
    [TestCase("0.0001")]
    [TestCase("soon")]
    [TestCase("NaN")]
    [TestCase("99y")]
    public async Task A_period_that_makes_no_sense_is_refused(string period) =>
        await Refuses($"--demo-rotate '{period}' is not a usable duration. Write it like *", "--demo-rotate", period);

    [Test]
    public async Task Endpoints_of_the_users_own_are_not_rotated() =>
        await Refuses("--demo-rotate is for the demo only*--endpoints-config 'mine.yaml'*", "--demo-rotate", "1s", "--endpoints-config", "mine.yaml");

    private static async Task Refuses(string message, params string[] arguments)
    {
        var parse = () => ParseAsync(arguments);

        await parse.Should().ThrowAsync<StartupException>().WithMessage(message);
    }

    private static async Task<QuerierOptions> ParseAsync(params string[] arguments)
    {
        QuerierOptions? parsed = null;
        var command = QuerierCommand.Create((options, _) =>
        {
            parsed = options;
            return Task.CompletedTask;
        });
        await command.Parse(arguments).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        return parsed!;
    }
}
