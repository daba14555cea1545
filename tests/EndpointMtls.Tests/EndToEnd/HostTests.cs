using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>What is wrong keeps a host from starting, and nothing that is wrong waits for the first call.</summary>
public sealed class HostTests
{
    [Test]
    public async Task Starts_with_a_sound_configuration()
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
            .Message.Should().StartWith("realms[0].tls_config.ca_file: realm 'eu': '/does/not/exist.crt' does not exist.");
    }

    [Test]
    public async Task Does_not_start_with_a_client_whose_address_no_realm_claims()
    {
        using var host = CreateHost(services => services
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", Endpoints = { "store-1:443" } }))
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("store-2:443")
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("nonsense"));

        (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!.Failures.Should().Equal(
            "AddEndpointGrpcClient: No realm claims 'store-2:443'. Add it to a realm's 'endpoints' or 'match'; nearest: 'eu' (store-1:443).",
            "AddEndpointGrpcClient: 'nonsense' is not an address: it has no port. Write 'host:port'; there is no default port.");
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
    public async Task Does_not_start_with_a_client_of_a_name_that_is_no_group()
    {
        using var host = CreateHost(services => services
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "dns+stores.invalid:1" } }))
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("dns+stores.invalid:1"));

        (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!.Failures.Should().Equal(
            "AddEndpointGrpcClient: 'dns+stores.invalid:1' is a discovery address, and no realm lists it as a group. List it in a realm with 'group: true'; for one channel to each address, take what is found from IEndpointSet.");
    }

    [Test]
    public async Task Does_not_start_with_a_client_and_no_realms()
    {
        using var host = CreateHost(services => services.AddEndpointGrpcClient<Protos.Echo.EchoClient>("store-2:443"));

        (await Assert.CatchAsync<OptionsValidationException>(() => host.StartAsync().WithTimeout()))!.Message.Should().StartWith("realms: there are none.");
    }

    [Test]
    public async Task Does_not_start_with_a_section_that_is_missing()
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
