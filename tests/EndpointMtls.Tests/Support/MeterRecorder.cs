using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace EndpointMtls.Tests.Support;

/// <summary>Keeps what the meter measures about one realm, or about none of them, for tests to read.</summary>
internal sealed class MeterRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly SemaphoreSlim _change = new(0);

    public MeterRecorder(string? realm)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "EndpointMtls")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(realm, instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(realm, instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(realm, instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What one instrument has measured, each as its value and its tags without the realm.</summary>
    public IEnumerable<(double Value, string Tags)> Of(string instrument) =>
        _measured.Where(measured => measured.Instrument.Name == instrument).Select(measured => (measured.Value, measured.Tags));

    public double Sum(string instrument) => Of(instrument).Sum(measured => measured.Value);

    /// <summary>Waits until the measurements of an instrument add up to so much.</summary>
    public async Task Reaches(string instrument, double sum)
    {
        while (Sum(instrument) != sum)
        {
            await _change.WaitAsync().WithTimeout();
        }
    }

    /// <summary>What a gauge shows now; <see langword="null"/> if it shows nothing.</summary>
    /// <param name="instrument">The gauge.</param>
    /// <param name="tags">The tags without the realm, if it has several values.</param>
    public double? Observe(string instrument, string? tags = null) =>
        ObserveAll(instrument).Where(measured => tags is null || measured.Tags == tags).Select(measured => (double?)measured.Value).SingleOrDefault();

    /// <summary>What a gauge shows now, each as its value and its tags without the realm.</summary>
    public IEnumerable<(double Value, string Tags)> ObserveAll(string instrument)
    {
        _measured.Clear();
        _listener.RecordObservableInstruments();
        return Of(instrument);
    }

    public IEnumerable<(string Type, string Name, string? Unit)> Instruments => _measured
        .Select(measured => (measured.Instrument.GetType().Name.Split('`')[0], measured.Instrument.Name, measured.Instrument.Unit)).Distinct();

    public void Dispose()
    {
        _listener.Dispose();
        _change.Dispose();
    }

    private void Record(string? realm, Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = tags.ToArray();
        if (Equals(all.FirstOrDefault(tag => tag.Key == "endpoint_mtls.realm").Value, realm))
        {
            _measured.Enqueue(new Measured(instrument, value, string.Join(' ', all.Where(tag => tag.Key != "endpoint_mtls.realm").Select(tag => $"{tag.Key}={tag.Value}"))));
            _change.Release();
        }
    }

    private sealed record Measured(Instrument Instrument, double Value, string Tags);
}
