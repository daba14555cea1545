using System.Diagnostics.Metrics;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Telemetry;

/// <summary>Whose meter it is, and how long it measures.</summary>
public sealed class MeterLifetimeTests
{
    private const string Generation = "endpoint_mtls.certificate.generation";

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Measures_as_long_as_the_container_lives()
    {
        using var meter = new MeterRecorder(nameof(Measures_as_long_as_the_container_lives));
        await using (CreateServices(nameof(Measures_as_long_as_the_container_lives)))
        {
            meter.Observe(Generation).Should().Be(1);
        }

        meter.Observe(Generation).Should().BeNull();
    }

    [Test]
    public async Task Belongs_to_the_meter_factory_where_there_is_one()
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
