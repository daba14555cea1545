using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Channels;

/// <summary>A group is looked up as its realm lists it, however it is asked for.</summary>
public sealed class ListedSpellingTests
{
    [TestCase("dns+stores.example.:1", "dns+stores.example:1", "stores.example.")]
    [TestCase("dns+stores.example:1", "dns+stores.example.:1", "stores.example")]
    [TestCase("stores.example.:1", "stores.example:1", "stores.example.")]
    public async Task The_dot_of_a_full_name_is_for_the_realm_to_write(string listed, string asked, string lookedUp)
    {
        var dns = new ScriptedResolver();
        await using var services = new TestServices(services => services
            .AddSingleton<IDnsResolver>(dns)
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "a", Group = true, Endpoints = { listed } })));

        services.Factory.GetChannel(asked);

        await dns.Lookups.WaitAsync().WithTimeout();
        dns.Asked.Should().OnlyContain(question => question.StartsWith($"{lookedUp} "));
    }
}
