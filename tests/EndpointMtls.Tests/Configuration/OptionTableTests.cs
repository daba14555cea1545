using System.Globalization;
using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>The option tables have one row for each property, and each row uses its own property.</summary>
public sealed class OptionTableTests
{
    private static IEnumerable<TestCaseData> TlsKeys => CasesOf(OptionTables.Tls);

    private static IEnumerable<TestCaseData> ChannelKeys => CasesOf(OptionTables.Channel);

    private static IEnumerable<TestCaseData> ServerKeys => CasesOf(OptionTables.Server);

    [Test]
    public void Lists_every_property_in_order()
    {
        OptionTables.Tls.Keys.Should().Equal(DocumentedKeys.KeysOf(typeof(TlsOptions)));
        OptionTables.Channel.Keys.Should().Equal(DocumentedKeys.KeysOf(typeof(RealmOptions)).SkipWhile(key => key != "connect_timeout"));
        OptionTables.Server.Keys.Should().Equal(DocumentedKeys.KeysOf(typeof(ServerTlsOptions)));
    }

    [TestCaseSource(nameof(TlsKeys))]
    public void Compares_and_copies_a_TLS_option(string key) => ComparesAndCopies(OptionTables.Tls, key);

    [TestCaseSource(nameof(ChannelKeys))]
    public void Compares_and_copies_a_channel_option(string key) => ComparesAndCopies(OptionTables.Channel, key);

    [TestCaseSource(nameof(ServerKeys))]
    public void Compares_and_copies_a_server_option(string key) => ComparesAndCopies(OptionTables.Server, key);

    [Test]
    public void Copies_shared_options_to_the_realm_of_a_servers_own_files()
    {
        var shared = OptionTables.Tls.Keys.Intersect(OptionTables.Server.Keys).Except(["on_trust_removed"]).ToList();
        var server = new ServerTlsOptions();
        shared.ForEach(key => Change(server, DocumentedKeys.PropertyOf(typeof(ServerTlsOptions), key)));

        var own = new ServerCompiler(new ConfigurationErrors(), new RealmOrigin("server")).Compile(server).OwnRealm!.Tls!;

        foreach (var key in shared.Except(["min_version", "max_version"]))
            DocumentedKeys.PropertyOf(typeof(TlsOptions), key).GetValue(own.Options).Should().Be(DocumentedKeys.PropertyOf(typeof(ServerTlsOptions), key).GetValue(server), key);
        own.Versions.Should().Be(TlsVersions.Of(server));
    }

    [Test]
    public void Copies_lists_by_value()
    {
        var options = new TlsOptions { CaFile = { "a.crt" } };
        var copy = OptionTables.Tls.Copy(options);

        options.CaFile.Add("b.crt");

        copy.CaFile.Should().Equal("a.crt");
    }

    private static void ComparesAndCopies<TOptions>(OptionTable<TOptions> table, string key)
        where TOptions : class, new()
    {
        var options = new TOptions();
        Change(options, DocumentedKeys.PropertyOf(typeof(TOptions), key));

        table.KeysSet(options).Should().Equal(key);
        table.AreSame(options, new TOptions()).Should().BeFalse();
        table.AreSame(table.Copy(options), options).Should().BeTrue();
        table.Copy(options).Should().BeEquivalentTo(options);
    }

    /// <summary>Sets a property to a value that differs from its current one.</summary>
    internal static void Change(object options, PropertyInfo property)
    {
        switch (property.GetValue(options))
        {
            case IList<string> texts: texts.Add("a"); break;
            case IList<TlsCipherSuite> suites: suites.Add(TlsCipherSuite.TLS_AES_128_GCM_SHA256); break;
            case bool value: property.SetValue(options, !value); break;
            case TimeSpan value: property.SetValue(options, value + TimeSpan.FromSeconds(1)); break;
            case SslProtocols value: property.SetValue(options, value == SslProtocols.Tls13 ? SslProtocols.Tls12 : SslProtocols.Tls13); break;
            case Enum value: property.SetValue(options, Enum.ToObject(value.GetType(), Convert.ToInt32(value, CultureInfo.InvariantCulture) + 1)); break;
            case null when property.PropertyType == typeof(string): property.SetValue(options, "a"); break;
            case null when property.PropertyType == typeof(TimeSpan?): property.SetValue(options, TimeSpan.FromHours(1)); break;
            case null when property.PropertyType == typeof(int?): property.SetValue(options, 5); break;
            case null when property.PropertyType == typeof(ClientAuthType?): property.SetValue(options, ClientAuthType.RequireAnyClientCert); break;
            case var value: throw new AssertionException($"Add a case for '{property.Name}' with the value '{value}'.");
        }
    }

    private static IEnumerable<TestCaseData> CasesOf<TOptions>(OptionTable<TOptions> table)
        where TOptions : class, new() => table.Keys.Select(key => new TestCaseData(key).SetArgDisplayNames(key));
}
