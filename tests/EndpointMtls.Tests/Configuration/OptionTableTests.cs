using System.Globalization;
using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Every property of the options is in its table, and each row is about its own property.</summary>
public sealed class OptionTableTests
{
    private static IEnumerable<TestCaseData> TlsKeys => CasesOf(OptionTables.Tls);

    private static IEnumerable<TestCaseData> ServerKeys => CasesOf(OptionTables.Server);

    [Test]
    public void Every_property_is_in_the_table_in_order()
    {
        OptionTables.Tls.Keys.Should().Equal(DocumentedKeys.KeysOf(typeof(TlsOptions)));
        OptionTables.Server.Keys.Should().Equal(DocumentedKeys.KeysOf(typeof(ServerTlsOptions)));
    }

    [TestCaseSource(nameof(TlsKeys))]
    public void A_TLS_option_is_compared_and_copied(string key) => IsComparedAndCopied(OptionTables.Tls, key);

    [TestCaseSource(nameof(ServerKeys))]
    public void A_server_option_is_compared_and_copied(string key) => IsComparedAndCopied(OptionTables.Server, key);

    [Test]
    public void The_realm_of_a_servers_own_files_takes_what_both_have()
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
    public void A_copy_does_not_follow_later_changes_of_a_list()
    {
        var options = new TlsOptions { CaFile = { "a.crt" } };
        var copy = OptionTables.Tls.Copy(options);

        options.CaFile.Add("b.crt");

        copy.CaFile.Should().Equal("a.crt");
    }

    private static void IsComparedAndCopied<TOptions>(OptionTable<TOptions> table, string key)
        where TOptions : class, new()
    {
        var options = new TOptions();
        Change(options, DocumentedKeys.PropertyOf(typeof(TOptions), key));

        table.KeysSet(options).Should().Equal(key);
        table.AreSame(options, new TOptions()).Should().BeFalse();
        table.AreSame(table.Copy(options), options).Should().BeTrue();
        table.Copy(options).Should().BeEquivalentTo(options);
    }

    /// <summary>Gives a property another value than it has.</summary>
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
            case null when property.PropertyType == typeof(ClientAuthType?): property.SetValue(options, ClientAuthType.RequireAnyClientCert); break;
            case var value: throw new AssertionException($"Say how '{property.Name}' can differ from '{value}'.");
        }
    }

    private static IEnumerable<TestCaseData> CasesOf<TOptions>(OptionTable<TOptions> table)
        where TOptions : class, new() => table.Keys.Select(key => new TestCaseData(key).SetArgDisplayNames(key));
}
