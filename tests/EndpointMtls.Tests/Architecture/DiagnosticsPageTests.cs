using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/diagnostics.md lists every log event and every instrument, and no others.</summary>
public sealed partial class DiagnosticsPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.Path("docs/diagnostics.md"));

    [Test]
    public void Lists_every_event_with_its_level()
    {
        var events = new[] { typeof(EndpointMtls.Telemetry.Log), typeof(EndpointMtls.AspNetCore.Log) }
            .SelectMany(log => log.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()
            .Select(message => $"{message.EventId} {message.Level}").ToList();

        events.Should().NotBeEmpty();
        EventRow().Matches(Page).Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value}").Should().Equal(events.Order());
    }

    [Test]
    public void Lists_every_instrument_with_its_kind_and_unit()
    {
        var instruments = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "EndpointMtls")
                {
                    instruments.Add($"{instrument.Name} {Kind(instrument)} {instrument.Unit}");
                }
            },
        };
        using var meter = new EndpointMeter(null);
        meter.ObserveCertificates(() => [], () => []);
        meter.ObserveEndpoints(() => []);
        listener.Start();

        InstrumentRow().Matches(Page).Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value} {row.Groups[3].Value}")
            .Should().BeEquivalentTo(instruments.Distinct()).And.NotBeEmpty();
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" => "counter",
        "UpDownCounter" or "ObservableUpDownCounter" => "up-down counter",
        "Histogram" => "histogram",
        "ObservableGauge" => "gauge",
        var other => other,
    };

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex EventRow();

    [GeneratedRegex(@"^\| `([a-z_.]+)` \| ([a-z-]+(?: [a-z]+)?) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();
}
