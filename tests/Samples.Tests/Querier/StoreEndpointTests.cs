using EndpointMtls;
using Microsoft.Extensions.DependencyInjection;
using Querier.Selectors;
using Querier.Stores;
using Thanos.Api;

namespace Samples.Tests.Querier;

public sealed class StoreEndpointTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [TestCase("up", 0, 99, false)]
    [TestCase("up", 0, 100, true)]
    [TestCase("up", 200, 300, true)]
    [TestCase("up", 201, 300, false)]
    [TestCase("up{cluster=\"eu\"}", 0, 300, true)]
    [TestCase("up{cluster=\"asia\"}", 0, 300, false)]
    [TestCase("up{cluster=~\"e.|u.\"}", 0, 300, true)]
    [TestCase("up{cluster!~\"eu|us\"}", 0, 300, false)]
    [TestCase("up{job=\"api\"}", 0, 300, true)]
    public async Task A_store_is_asked_only_for_what_it_announced(string selector, long start, long end, bool expected)
    {
        await using var services = CreateServices();
        var endpoint = CreateEndpoint(services);
        var answer = new InfoResponse { Store = new StoreInfo { MinTime = 100, MaxTime = 200 }, LabelSets = { Cluster("eu"), Cluster("us") } };

        endpoint.State = StoreState.Answered(answer, Now);

        endpoint.MayHold(SelectorParser.Parse(selector), start, end).Should().Be(expected);
    }

    [Test]
    public async Task A_store_that_never_answered_may_hold_anything()
    {
        await using var services = CreateServices();

        CreateEndpoint(services).MayHold(SelectorParser.Parse("up{cluster=\"eu\"}"), long.MinValue, long.MaxValue).Should().BeTrue();
    }

    [TestCase(EndpointMode.NonStrict, false)]
    [TestCase(EndpointMode.Strict, true)]
    public async Task A_store_that_is_down_is_asked_only_if_it_is_strict_and_keeps_what_it_announced(EndpointMode mode, bool expected)
    {
        await using var services = CreateServices(mode);
        var endpoint = CreateEndpoint(services);

        endpoint.State = StoreState.Answered(new InfoResponse { LabelSets = { Cluster("eu") } }, Now).Failed(new StoreFailure("gone", null), Now.AddSeconds(5));

        endpoint.IsAsked.Should().Be(expected);
        endpoint.State.Should().BeEquivalentTo(new { Name = "DOWN", LastError = "gone", LastCheck = Now, LastAttempt = Now.AddSeconds(5) });
        endpoint.State.LabelSets.Should().ContainSingle();
    }

    private static LabelSet Cluster(string name) => new() { Labels = { new Label { Name = "cluster", Value = name } } };

    private static ServiceProvider CreateServices(EndpointMode mode = EndpointMode.NonStrict) => new ServiceCollection()
        .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Mode = mode, Endpoints = { "127.0.0.1:1" } }))
        .BuildServiceProvider();

    private static StoreEndpoint CreateEndpoint(IServiceProvider services) => new("127.0.0.1:1", services.GetRequiredService<IEndpointChannelFactory>());
}
