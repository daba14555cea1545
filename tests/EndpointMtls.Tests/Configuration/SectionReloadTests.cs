using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reloads a configuration section when it changes.</summary>
public sealed class SectionReloadTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Applies_a_change_that_a_provider_signals()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("EndpointMtls:Realms:0:Endpoints:0", "a:1")]).Build();
        var services = new TestServices(services => services.AddEndpointMtls(configuration.GetSection("EndpointMtls")));
        services.Factory.Describe("a:1").IsPlaintext.Should().BeTrue();

        configuration["EndpointMtls:Realms:0:Endpoints:0"] = "b:1";
        configuration.Reload();

        services.Factory.Describe("b:1").IsPlaintext.Should().BeTrue();
        Assert.Throws<NoMatchingRealmException>(() => services.Factory.Describe("a:1"));
    }

    [Test]
    public async Task Applies_a_changed_settings_file_and_rejects_a_broken_one()
    {
        _folder.Write("appsettings.json", """{ "EndpointMtls": { "Realms": [ { "Endpoints": [ "a:1" ] } ] } }""");
        using var configuration = (ConfigurationRoot)new ConfigurationBuilder().SetBasePath(_folder.Root).AddJsonFile(source =>
        {
            (source.Path, source.ReloadOnChange, source.ReloadDelay) = ("appsettings.json", true, 0);
            source.OnLoadException = context => context.Ignore = true;
        }).Build();
        var services = new TestServices(services => services.AddEndpointMtls(configuration.GetSection("EndpointMtls")));
        _ = services.Factory;

        Replace("{ \"EndpointMtls\": { \"Realms\"");
        await services.Logs.Wait(101).WithTimeout();
        services.Factory.Describe("a:1").Realm.Should().Be("realms[0]");

        Replace("""{ "EndpointMtls": { "Realms": [ { "Endpoints": [ "b:1" ] } ] } }""");
        await services.Logs.Wait(100).WithTimeout();
        services.Factory.Describe("b:1").Realm.Should().Be("realms[0]");
    }

    [Test]
    public void Keeps_the_configuration_if_a_changed_section_is_invalid()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Realms:0:Endpoints:0", "a:1")]).Build();
        var services = new TestServices(services => services.AddEndpointMtls(configuration));
        _ = services.Factory;

        configuration["Realms:0:Endpoint:0"] = "b:1";
        configuration.Reload();

        services.Factory.Describe("a:1").Realm.Should().Be("realms[0]");
        services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 101)
            .Which.Message.Should().Contain("Realms:0:Endpoint: unknown key").And.BeApproved();
    }

    private void Replace(string json) => File.Move(_folder.Write("next.json", json), _folder["appsettings.json"], overwrite: true);
}
