using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Thanos.Logging;

namespace Samples.Tests.Thanos;

public sealed class LogFormatterTests
{
    [Test]
    public void Logfmt_is_one_line_with_quoted_and_escaped_values() =>
        Write(LogFormat.Logfmt, "Store 'a' said \"b\"\n\u001b", new InvalidOperationException("first\nsecond")).Should().Be(
            """ts=2026-01-01T00:00:00.000Z level=warn caller=EndpointMtls.Channels id=7 msg="Store 'a' said \"b\"\n\u001B" err="System.InvalidOperationException: first\nsecond" """.TrimEnd() + Environment.NewLine);

    [Test]
    public void Json_is_one_line_with_the_same_keys()
    {
        var line = Write(LogFormat.Json, "a\nb", exception: null);

        line.TrimEnd().Should().NotContain("\n");
        JsonSerializer.Deserialize<Dictionary<string, string>>(line).Should().Equal(new Dictionary<string, string>
        {
            ["ts"] = "2026-01-01T00:00:00.000Z",
            ["level"] = "warn",
            ["caller"] = "EndpointMtls.Channels",
            ["id"] = "7",
            ["msg"] = "a\nb",
        });
    }

    private static string Write(LogFormat format, string message, Exception? exception)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var writer = new StringWriter();
        var entry = new LogEntry<string>(LogLevel.Warning, "EndpointMtls.Channels", new EventId(7), message, exception, (state, _) => state);
        new LogFormatter(format, time).Write(entry, null, writer);
        return writer.ToString();
    }
}
