using BenchmarkDotNet.Attributes;
using EndpointMtls.Certificates;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures the check for changed certificates in a handshake.</summary>
public class CertificateCheckBenchmarks
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly StoppedTimeProvider _time = new();
    private Pki _pki = null!;
    private ServiceProvider _services = null!;
    private CertificateRotation _rotation = null!;
    private object? _field;

    [GlobalSetup]
    public void Setup()
    {
        _pki = new Pki();
        _services = Containers.With(_pki.Tls, _time);
        _rotation = _services.GetTable().Realms[0].Rotation!;
        _field = _rotation.InUse;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _services.Dispose();
        _pki.Dispose();
    }

    /// <summary>The baseline: a volatile field.</summary>
    [Benchmark(Baseline = true)]
    public object? VolatileRead() => Volatile.Read(ref _field);

    /// <summary>Less than a second after the last check: does not touch the files.</summary>
    [Benchmark]
    public object WithinTheSecond() => _rotation.CheckAtHandshake();

    /// <summary>The same check, as channels do it.</summary>
    [Benchmark]
    public object? WithinTheSecondAsync()
    {
        var check = _rotation.CheckAtHandshakeAsync();
        return check.IsCompletedSuccessfully ? check.Result : null;
    }

    /// <summary>A second later: checks three unchanged files.</summary>
    [Benchmark]
    public object AfterTheSecond()
    {
        _time.End(Window);
        return _rotation.CheckAtHandshake();
    }
}
