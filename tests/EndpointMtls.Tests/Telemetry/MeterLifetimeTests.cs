using System.Diagnostics.Metrics;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Telemetry;

/// <summary>The owner and the lifetime of the meter.</summary>
public sealed class MeterLifetimeTests
{
    private const string Generation = "endpoint_mtls.certificate.generation";

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Measures_until_the_container_is_disposed()
    {
        using var meter = new MeterRecorder(nameof(Measures_until_the_container_is_disposed));
        await using (CreateServices(nameof(Measures_until_the_container_is_disposed)))
        {
            meter.Observe(Generation).Should().Be(1);
        }

        meter.Observe(Generation).Should().BeNull();
    }

    [Test]
    public async Task Is_created_by_the_meter_factory_if_one_is_registered()
    {
        var scopes = new List<object?>();
        await using var services = CreateServices("eu", collection => collection.AddMetrics());
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Name == Generation)
                {
                    scopes.Add(instrument.Meter.Scope);
                }
            },
        };

        listener.Start();

        scopes.Should().Contain(services.Get<IMeterFactory>());
    }

    private TestServices CreateServices(string name, Action<IServiceCollection>? add = null)
    {
        var tls = _folder.WriteRealm("realm", TestCa.CreateRoot("root"), client: null);
        var services = new TestServices(collection =>
        {
            add?.Invoke(collection);
            collection.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = name, TlsConfig = tls, Match = { "*" } }));
        });
        _ = services.Factory;
        return services;
    }
}
