using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A host with an invalid configuration does not start.</summary>
public sealed class HostTests
{
    [Test]
    public async Task Starts_with_a_valid_configuration()
    {
        using var host = CreateHost(services => services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "a:1" } })));

        await host.StartAsync().WithTimeout();

        host.Services.GetRequiredService<IEndpointChannelFactory>().Describe("a:1").Realm.Should().Be("realms[0]");
        await host.StopAsync().WithTimeout();
    }

    [Test]
    public async Task Does_not_start_with_a_missing_file()
    {
        using var host = CreateHost(services => services.AddEndpointMtls(options => options.Realms.Add(
            new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = new TlsOptions { CaFile = { "/does/not/exist.crt" } } })));

        (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!
            .Message.Should().BeApproved();
    }

    [Test]
    public async Task Does_not_start_with_a_client_whose_address_no_realm_matches()
    {
        using var host = CreateHost(services => services
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", Endpoints = { "store-1:443" } }))
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("store-2:443")
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("nonsense"));

        (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!.Failures.Should().BeApproved();
    }

    [Test]
    public async Task Starts_with_a_client_of_a_group()
    {
        using var host = CreateHost(services => services
            .AddSingleton<IDnsResolver>(new ScriptedResolver())
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "dnssrv+_grpc._tcp.stores.invalid." }, Group = true }))
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("dnssrv+_grpc._tcp.stores.invalid."));

        await host.StartAsync().WithTimeout();

        host.Services.GetRequiredService<Protos.Echo.EchoClient>().Should().NotBeNull();
        await host.StopAsync().WithTimeout();
    }

    [Test]
    public async Task Does_not_start_with_a_client_of_a_discovery_address_that_is_no_group()
    {
        using var host = CreateHost(services => services
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "dns+stores.invalid:1" } }))
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("dns+stores.invalid:1"));

        (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!.Failures.Should().BeApproved();
    }

    [Test]
    public async Task Does_not_start_with_a_client_and_no_realms()
    {
        using var host = CreateHost(services => services.AddEndpointGrpcClient<Protos.Echo.EchoClient>("store-2:443"));

        (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!.Message.Should().BeApproved();
    }

    [Test]
    public async Task Does_not_start_with_a_missing_section()
    {
        using var host = CreateHost(services => services.AddEndpointMtls(new ConfigurationBuilder().Build().GetSection("EndpointMtls")));

        await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout());
    }

    private static IHost CreateHost(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        add(builder.Services);
        return builder.Build();
    }
}
