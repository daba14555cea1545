using EndpointMtls.Endpoints;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>When a set is ready, for each policy.</summary>
public sealed class ReadinessTests
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress("http://127.0.0.1:1");

    private readonly RealmTable _table = new([.. TestDocuments.Read("""
        - { name: one, endpoints: ["a:1"] }
        - { name: two, endpoints_sd_files: [{ files: a.json }] }
        - { name: strict, endpoints: ["g:1"], group: true, mode: strict }
        - { name: patterns, match: ["*"] }
        """).Select(definition => new Realm(definition, Rotation: null, Provider: null))]);

    [OneTimeTearDown]
    public void Dispose() => _channel.Dispose();

    [Test]
    public void All_strict_waits_for_the_first_lookup_of_each_name() =>
        Explain(ReadinessPolicy.AllStrict, isComplete: false, Endpoint("one", EndpointHealth.Healthy)).Should().Contain("'dns+b:1'").And.BeApproved();

    [Test]
    public void All_strict_waits_for_discovery() =>
        Readiness.Explain(ReadinessPolicy.AllStrict, [], [], _table, isDiscoveryComplete: false).Should().BeApproved();

    [Test]
    public void All_strict_waits_for_the_first_probe_of_each_endpoint() =>
        Explain(ReadinessPolicy.AllStrict, Endpoint("one", EndpointHealth.Healthy), Endpoint("one", EndpointHealth.Unknown), Endpoint("two", EndpointHealth.Unknown))
            .Should().Contain("2 of 3").And.BeApproved();

    [Test]
    public void All_strict_ignores_the_health_of_other_endpoints() =>
        Explain(ReadinessPolicy.AllStrict, Endpoint("one", EndpointHealth.Unhealthy), Endpoint("two", EndpointHealth.NotProbed)).Should().BeNull();

    [TestCase(EndpointHealth.Healthy, true)]
    [TestCase(EndpointHealth.NotProbed, true)]
    [TestCase(EndpointHealth.Unhealthy, false)]
    public void All_strict_requires_each_strict_endpoint(EndpointHealth health, bool isReady) =>
        Check(isReady, Explain(ReadinessPolicy.AllStrict, Endpoint("one", EndpointHealth.Healthy), Endpoint("one", health) with { IsStrict = true }));

    [TestCase("one", true)]
    [TestCase("strict", false)]
    public void All_strict_requires_addresses_for_the_names_of_strict_realms(string realm, bool isReady) =>
        Check(isReady, Readiness.Explain(ReadinessPolicy.AllStrict, [Endpoint("one", EndpointHealth.Healthy)], [Failing(realm, count: 0)], _table, isDiscoveryComplete: true));

    [Test]
    public void All_strict_ignores_a_failed_lookup_that_keeps_its_addresses() =>
        Readiness.Explain(ReadinessPolicy.AllStrict, [Endpoint("one", EndpointHealth.Healthy)], [Failing("strict", count: 1)], _table, isDiscoveryComplete: true).Should().BeNull();

    [Test]
    public void All_strict_is_not_ready_without_endpoints_while_a_source_fails() =>
        Readiness.Explain(ReadinessPolicy.AllStrict, [], [Failing("one", count: 0)], _table, isDiscoveryComplete: true).Should().BeApproved();

    [Test]
    public void All_strict_is_ready_without_endpoints() => Explain(ReadinessPolicy.AllStrict).Should().BeNull();

    [TestCase(EndpointHealth.Healthy, true)]
    [TestCase(EndpointHealth.NotProbed, true)]
    [TestCase(EndpointHealth.Unknown, false)]
    [TestCase(EndpointHealth.Unhealthy, false)]
    public void Any_requires_one_healthy_endpoint_only(EndpointHealth health, bool isReady) =>
        Check(isReady, Explain(ReadinessPolicy.Any, isComplete: false, Endpoint("one", EndpointHealth.Unhealthy) with { IsStrict = true }, Endpoint("two", health)));

    [Test]
    public void Any_is_not_ready_without_endpoints() => Explain(ReadinessPolicy.Any).Should().BeApproved();

    [TestCase(EndpointHealth.Healthy, true)]
    [TestCase(EndpointHealth.NotProbed, true)]
    [TestCase(EndpointHealth.Unknown, false)]
    [TestCase(EndpointHealth.Unhealthy, false)]
    public void Any_per_realm_requires_a_healthy_endpoint_in_each_realm_with_endpoints(EndpointHealth health, bool isReady) =>
        Check(isReady, Explain(ReadinessPolicy.AnyPerRealm, isComplete: false, Endpoint("one", EndpointHealth.Unhealthy), Endpoint("one", EndpointHealth.Healthy), Endpoint("two", health), Endpoint("strict", EndpointHealth.Healthy)));

    [Test]
    public void Any_per_realm_is_not_ready_while_a_realm_has_no_endpoints() =>
        Explain(ReadinessPolicy.AnyPerRealm, Endpoint("one", EndpointHealth.Healthy)).Should().Contain("'two'").And.BeApproved();

    private static DiscoverySource Failing(string realm, int count) => new() { Name = "dns+c:1", Realm = realm, Count = count, LastError = "'dns+c:1' fails." };

    private static void Check(bool isReady, string? reason)
    {
        if (isReady)
            reason.Should().BeNull();
        else
            reason.Should().BeApproved();
    }

    private string? Explain(ReadinessPolicy policy, params GrpcEndpoint[] endpoints) => Explain(policy, isComplete: true, endpoints);

    private string? Explain(ReadinessPolicy policy, bool isComplete, params GrpcEndpoint[] endpoints)
    {
        DiscoverySource[] sources =
        [
            new() { Name = "dns+a:1", Realm = "one", Count = 0, LastSuccess = DateTimeOffset.UnixEpoch, LastError = null },
            .. isComplete ? [] : new[] { new DiscoverySource { Name = "dns+b:1", Realm = "one", Count = 0, LastSuccess = null, LastError = null } },
        ];
        return Readiness.Explain(policy, endpoints, sources, _table, isComplete);
    }

    private GrpcEndpoint Endpoint(string realm, EndpointHealth health) =>
        new() { Address = "a:1", Realm = realm, Source = "endpoints", Health = health, Channel = _channel, LastError = health == EndpointHealth.Unhealthy ? "Its last error." : null };
}
