using EndpointMtls.Endpoints;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Configuration;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>When a set counts as ready, by each policy.</summary>
public sealed class ReadinessTests
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress("http://127.0.0.1:1");

    private readonly RealmTable _table = new([.. TestDocuments.Read("""
        - { name: one, endpoints: ["a:1"] }
        - { name: two, endpoints_sd_files: [{ files: a.json }] }
        - { name: patterns, match: ["*"] }
        """).Select(definition => new Realm(definition, Rotation: null, Provider: null))]);

    [OneTimeTearDown]
    public void Dispose() => _channel.Dispose();

    [Test]
    public void All_strict_waits_for_every_name() =>
        Explain(ReadinessPolicy.AllStrict, isComplete: false, Found("one", EndpointHealth.Healthy)).Should().Be("Not every name has been looked up yet.");

    [Test]
    public void All_strict_waits_for_every_first_probe() =>
        Explain(ReadinessPolicy.AllStrict, Found("one", EndpointHealth.Healthy), Found("one", EndpointHealth.Unknown), Found("two", EndpointHealth.Unknown))
            .Should().Be("2 of 3 endpoints have not been probed yet.");

    [Test]
    public void All_strict_asks_nothing_of_others() =>
        Explain(ReadinessPolicy.AllStrict, Found("one", EndpointHealth.Unhealthy), Found("two", EndpointHealth.NotProbed)).Should().BeNull();

    [TestCase(EndpointHealth.Healthy, null)]
    [TestCase(EndpointHealth.NotProbed, null)]
    [TestCase(EndpointHealth.Unhealthy, "A strict endpoint is down. It says why.")]
    public void All_strict_is_not_ready_while_a_strict_endpoint_is_down(EndpointHealth health, string? reason) =>
        Explain(ReadinessPolicy.AllStrict, Found("one", EndpointHealth.Healthy), Found("one", health) with { IsStrict = true }).Should().Be(reason);

    [Test]
    public void All_strict_is_ready_when_nothing_was_discovered() => Explain(ReadinessPolicy.AllStrict).Should().BeNull();

    [TestCase(EndpointHealth.Healthy, null)]
    [TestCase(EndpointHealth.NotProbed, null)]
    [TestCase(EndpointHealth.Unknown, "No endpoint is healthy.")]
    [TestCase(EndpointHealth.Unhealthy, "No endpoint is healthy.")]
    public void Any_is_content_with_one_and_waits_for_nothing_else(EndpointHealth health, string? reason) =>
        Explain(ReadinessPolicy.Any, isComplete: false, Found("one", EndpointHealth.Unhealthy) with { IsStrict = true }, Found("two", health)).Should().Be(reason);

    [Test]
    public void Any_is_not_ready_when_nothing_was_discovered() => Explain(ReadinessPolicy.Any).Should().Be("No endpoint is healthy.");

    [TestCase(EndpointHealth.Healthy, null)]
    [TestCase(EndpointHealth.NotProbed, null)]
    [TestCase(EndpointHealth.Unknown, "No endpoint of realm 'two' is healthy.")]
    [TestCase(EndpointHealth.Unhealthy, "No endpoint of realm 'two' is healthy.")]
    public void Any_per_realm_asks_for_one_in_each_that_has_endpoints(EndpointHealth health, string? reason) =>
        Explain(ReadinessPolicy.AnyPerRealm, isComplete: false, Found("one", EndpointHealth.Unhealthy), Found("one", EndpointHealth.Healthy), Found("two", health)).Should().Be(reason);

    [Test]
    public void Any_per_realm_is_not_ready_while_a_realm_has_discovered_nothing() =>
        Explain(ReadinessPolicy.AnyPerRealm, Found("one", EndpointHealth.Healthy)).Should().Be("No endpoint of realm 'two' is healthy.");

    private string? Explain(ReadinessPolicy policy, params GrpcEndpoint[] endpoints) => Explain(policy, isComplete: true, endpoints);

    private string? Explain(ReadinessPolicy policy, bool isComplete, params GrpcEndpoint[] endpoints) => Readiness.Explain(policy, endpoints, _table, isComplete);

    private GrpcEndpoint Found(string realm, EndpointHealth health) =>
        new() { Address = "a:1", Realm = realm, Source = "endpoints", Health = health, Channel = _channel, LastError = health == EndpointHealth.Unhealthy ? "It says why." : null };
}
