using System.Text;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>A table of keys on a page, and the group of a document in which the keys stand.</summary>
/// <param name="Place">The group, as a path.</param>
/// <param name="Page">The page.</param>
/// <param name="Heading">The heading above the table.</param>
/// <param name="Group">The keys that the library reads there.</param>
/// <param name="Options">The class with the properties behind the keys, if there is one.</param>
internal sealed record KeyTable(string Place, MarkdownPage Page, string Heading, KeyGroup Group, Type? Options)
{
    public const string Realm = "realms[0]";
    public const string TlsConfig = "realms[0].tls_config";
    public const string SdFiles = "realms[0].endpoints_sd_files[0]";
    public const string Server = "server";
    public const string Thanos = "Thanos";
    public const string ThanosEndpoint = "Thanos.endpoints[0]";
    public const string ClientConfig = "Thanos.client_config";
    public const string ThanosTlsConfig = "Thanos.client_config.tls_config";

    /// <summary>An address for documents.</summary>
    public const string Address = "a.example.com:443";

    private const string TlsHeading = "### Keys of `tls_config`";

    private static readonly MarkdownPage Configuration = new("docs/configuration.md");
    private static readonly MarkdownPage ThanosPage = new("docs/thanos.md");
    private static readonly string[] DecideTrust = [ConfigKeys.CaFile, ConfigKeys.UseSystemRoots, ConfigKeys.InsecureSkipVerify, ConfigKeys.Enabled];

    /// <summary>All tables. The keys of Thanos' <c>tls_config</c> are in the table of a realm's, which also has <c>server_name</c>.</summary>
    public static readonly IReadOnlyList<KeyTable> All =
    [
        new(Realm, Configuration, "### Keys of a realm", KeyGroups.Realm, typeof(RealmOptions)),
        new(TlsConfig, Configuration, TlsHeading, KeyGroups.TlsConfig, typeof(TlsOptions)),
        new(SdFiles, Configuration, "### Keys of an item of `endpoints_sd_files`", KeyGroups.SdFiles, typeof(FileSdOptions)),
        new(Server, Configuration, "### Keys of `server`", KeyGroups.Server, typeof(ServerTlsOptions)),
        new(Thanos, ThanosPage, "## Keys of the document", KeyGroups.Thanos, null),
        new(ThanosEndpoint, ThanosPage, "## Keys of an item of `endpoints`", KeyGroups.ThanosEndpoint, null),
        new(ClientConfig, ThanosPage, "## Keys of `client_config`", KeyGroups.ClientConfig, null),
        new(ThanosTlsConfig, Configuration, TlsHeading, KeyGroups.ThanosTlsConfig, typeof(TlsOptions)),
    ];

    public IEnumerable<MarkdownPage.Row> Rows =>
        Page.Table(Heading).Where(row => Place != ThanosTlsConfig || row.Code("key") != ConfigKeys.ServerName);

    public override string ToString() => Place;

    /// <summary>Reads a document in which the example stands in its place, and checks that there are no errors.</summary>
    public EndpointMtlsOptions Read(string key, string example)
    {
        var options = new EndpointMtlsOptions();
        YamlRealmSource.AddTo(options, TestDocuments.File, Encoding.UTF8.GetBytes(DocumentWith(key, example)));
        PageContent.Compile(options);
        return options;
    }

    /// <summary>A document in which the example stands in its place, with the keys that it needs.</summary>
    public string DocumentWith(string key, string example)
    {
        var keys = DocumentedKeys.Companions.TryGetValue(key, out var companion) ? $"{example}, {companion}" : example;
        var tls = DecideTrust.Contains(key) ? keys : $"{keys}, ca_file: a";
        return Place switch
        {
            Realm => $"- {{ {keys}{(key == ConfigKeys.Endpoints ? "" : $", endpoints: [\"{Address}\"]")} }}",
            TlsConfig => $"- {{ endpoints: [\"{Address}\"], tls_config: {{ {tls} }} }}",
            SdFiles => $"- {{ endpoints: [\"{Address}\"], endpoints_sd_files: [{{ {keys} }}] }}",
            Server when key == ConfigKeys.Realm => $"server: {{ {keys} }}",
            Server => ServerWith(key, keys),
            Thanos when key == ConfigKeys.Endpoints => $"{{ {example} }}",
            Thanos => $"{{ {example}, endpoints: [{{ address: \"{Address}\" }}] }}",
            ThanosEndpoint => $"endpoints: [{{ {keys}{(key == ConfigKeys.Address ? "" : $", address: \"{Address}\"")} }}]",
            ClientConfig => ThanosWith($"{example}{(key == ConfigKeys.TlsConfig ? "" : ", tls_config: { ca_file: a }")}"),
            _ => ThanosWith($"tls_config: {{ {tls} }}"),
        };
    }

    private static string ThanosWith(string clientConfig) => $"endpoints: [{{ address: \"{Address}\", client_config: {{ {clientConfig} }} }}]";

    private static string ServerWith(string key, string keys)
    {
        var files = ((string[])["cert_file: c", "key_file: k"]).Where(text => !keys.Contains(text[..^2], StringComparison.Ordinal));
        var own = key == ConfigKeys.OnTrustRemoved ? $"{keys}, {DocumentedKeys.Verifying}" : keys;
        return $"server: {{ {string.Join(", ", files.Append(own))} }}";
    }
}
