using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Channels;

/// <summary>A group is looked up by the name in its realm, whatever spelling of the address the caller uses.</summary>
public sealed class ListedSpellingTests
{
    [TestCase("dns+stores.example.:1", "dns+stores.example:1", "stores.example.")]
    [TestCase("dns+stores.example:1", "dns+stores.example.:1", "stores.example")]
    [TestCase("stores.example.:1", "stores.example:1", "stores.example.")]
    public async Task Looks_up_the_name_with_a_trailing_dot_only_if_the_realm_lists_it_with_one(string listed, string address, string lookedUp)
    {
        var dns = new ScriptedResolver();
        await using var services = new TestServices(services => services
            .AddSingleton<IDnsResolver>(dns)
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "a", Group = true, Endpoints = { listed } })));

        services.Factory.GetChannel(address);

        await dns.Lookups.WaitAsync().WithTimeout();
        dns.Queries.Should().OnlyContain(question => question.StartsWith($"{lookedUp} "));
    }
}
