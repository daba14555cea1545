using System.Collections;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;
using EndpointMtls.Text;

namespace EndpointMtls.Tests.Architecture;

/// <summary>The tables of keys list exactly the keys that the library reads, with their defaults, ranges and valid examples.</summary>
internal sealed class KeyTableTests
{
    private static IEnumerable<KeyTable> Tables => KeyTable.All;

    private static IEnumerable<TestCaseData> Rows =>
        from table in Tables
        from row in table.Rows
        select new TestCaseData(table, row).SetArgDisplayNames(table.Place, row["key"]);

    [TestCaseSource(nameof(Tables))]
    public void Lists_exactly_the_keys_of_its_group(KeyTable table) => table.Rows.Select(row => row.Code("key")).Should().Equal(table.Group.Keys);

    [Test]
    public void Every_property_of_the_options_has_a_key_in_a_table() =>
        Tables.SelectMany(table => table.Options is null ? [] : DocumentedKeys.KeysOf(table.Options).Except(table.Group.Keys).Except([ConfigKeys.ServerName]))
            .Should().BeEmpty();

    [TestCaseSource(nameof(Rows))]
    public void The_default_is_that_of_new_options(KeyTable table, MarkdownPage.Row row)
    {
        var key = row.Code("key");
        MarkdownPage.Row.CodeOf(row["default"]).Should().Be(
            table.Options is { } options ? DocumentedKeys.WordOf(DocumentedKeys.PropertyOf(options, key), Activator.CreateInstance(options)!)
            : key switch
            {
                // A new realm has the one, and an endpoint without compression the other.
                ConfigKeys.Strict or ConfigKeys.Group => "false",
                ConfigKeys.Compression => "none",
                _ when ConfigKeys.OfChannel.Contains(key) => DocumentedKeys.WordOf(DocumentedKeys.PropertyOf(typeof(RealmOptions), key), new RealmOptions()),
                _ => null,
            });
    }

    [TestCaseSource(nameof(Rows))]
    public void The_example_is_valid_and_differs_from_the_default(KeyTable table, MarkdownPage.Row row)
    {
        var (key, example) = (row.Code("key"), row.Code("example"));
        example.Should().StartWith($"{key}: ");

        var options = table.Read(key, example);
        var realm = options.Realms.FirstOrDefault()!;
        switch (table.Place)
        {
            case KeyTable.Realm:
                ShouldDiffer(realm, new RealmOptions { Endpoints = { KeyTable.Address } }, key);
                break;
            case KeyTable.Server:
                ShouldDiffer(options.Server!, new ServerTlsOptions(), key);
                break;
            case KeyTable.SdFiles:
                ShouldDiffer(realm.EndpointsSdFiles.Single(), new FileSdOptions { Files = { "/etc/a.json" } }, key);
                break;
            case KeyTable.TlsConfig or KeyTable.ThanosTlsConfig:
                ShouldDiffer(realm.TlsConfig!, new TlsOptions { CaFile = { "/etc/a" } }, key);
                break;
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void The_range_is_the_one_that_is_checked(KeyTable table, MarkdownPage.Row row)
    {
        if (row["type"].Split(", ") is not ["duration", var range])
        {
            row["type"].Should().NotContain("duration");
            return;
        }

        var (key, ends) = (row.Code("key"), range.Split(" to ").Select(end => MarkdownPage.Row.CodeOf(end)!).ToList());
        ends.Should().HaveCount(2);
        ends.ForEach(end => table.Read(key, $"{key}: {end}"));
        Duration.TryParse(ends[0], out var least).Should().BeTrue();
        string[] beyond = least == TimeSpan.Zero ? [$"{ends[1]}1ms"] : [$"{ends[1]}1ms", $"{least.TotalMilliseconds - 1}ms"];
        beyond.Select(value => TestDocuments.ErrorsOf(table.DocumentWith(key, $"{key}: {value}")).Single())
            .Should().OnlyContain(error => error.Code == ErrorCode.OutOfRange);
    }

    private static void ShouldDiffer<T>(T options, T defaults, string key)
        where T : class
    {
        var property = DocumentedKeys.PropertyOf(typeof(T), key);
        var (value, other) = (property.GetValue(options), property.GetValue(defaults));
        value.Should().NotBeNull();
        if (value is IEnumerable list and not string)
        {
            list.Cast<object>().Should().NotBeEmpty().And.NotEqual(((IEnumerable)other!).Cast<object>());
        }
        else
        {
            value.Should().NotBe(other);
        }
    }
}
