using System.Text;
using System.Text.Json;
using EndpointMtls.Configuration.Model;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads random realms, printed as a list of realms and in the Thanos format, as equal definitions.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] OutsideTlsConfig = [ConfigKeys.ServerName];

    /// <summary>The settings that all endpoints of a realm share in the Thanos format.</summary>
    private sealed record Model(bool IsStrict, (string Key, string Value)[] Tls, int Addresses);

    [Test]
    public void Reads_both_formats_as_equal_definitions() => Prop.ForAll(Models().ToArbitrary(), models =>
    {
        var expected = Describe(TestDocuments.Read(PrintRealms(models)));
        Describe(TestDocuments.Read(PrintEndpoints(models, defaults: []))).Should().BeEquivalentTo(expected);
        Describe(TestDocuments.Read(PrintEndpoints(models, defaults: models[^1].Tls))).Should().BeEquivalentTo(expected);
        expected.Should().HaveCount(models.Length);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true));

    /// <summary>A line for each realm that is equal for equal ones. Names are left out: they depend on the place.</summary>
    private static List<string> Describe(IEnumerable<RealmDefinition> realms) =>
    [
        .. realms.Select(realm => $"{realm.IsStrict} {string.Join(' ', realm.Endpoints)} {(realm.Tls is null ? "plaintext" : JsonSerializer.Serialize(realm.Tls))}"),
    ];

    private static string PrintRealms(Model[] models) => string.Concat(models.Select((model, index) =>
        $"- endpoints: [{string.Join(", ", Addresses(model, index))}]\n"
        + (model.IsStrict ? "  mode: strict\n" : "")
        + (model.Tls.Length == 0 ? "" : $"  tls_config: {Print(model.Tls)}\n")));

    /// <summary>With defaults, an endpoint sets what differs from them, and removes what it does not have.</summary>
    private static string PrintEndpoints(Model[] models, (string Key, string Value)[] defaults)
    {
        var yaml = new StringBuilder($"default_client_config: {PrintClientConfig(defaults)}\nendpoints:\n");
        for (var index = 0; index < models.Length; index++)
        {
            var model = models[index];
            var own = model.Tls.Length == 0 && defaults.Length > 0
                ? [(ConfigKeys.Enabled, "false")]
                : model.Tls.Except(defaults)
                    .Concat(defaults.Where(setting => !model.Tls.Any(other => other.Key == setting.Key)).Select(setting => (setting.Key, Unset(setting.Key)))).ToArray();
            foreach (var address in Addresses(model, index))
            {
                yaml.Append("- { address: ").Append(address).Append(model.IsStrict ? ", strict: true" : "")
                    .Append(own.Length == 0 ? "" : $", client_config: {PrintClientConfig(own)}").Append(" }\n");
            }
        }

        return yaml.ToString();
    }

    private static string PrintClientConfig((string Key, string Value)[] settings)
    {
        var outside = settings.Where(setting => OutsideTlsConfig.Contains(setting.Key)).Select(setting => $"{setting.Key}: {setting.Value}");
        var tls = settings.Where(setting => !OutsideTlsConfig.Contains(setting.Key)).ToList();
        return $"{{ {string.Join(", ", tls.Count == 0 ? outside : outside.Prepend($"tls_config: {Print(tls)}"))} }}";
    }

    private static string Print(IEnumerable<(string Key, string Value)> settings) => $"{{ {string.Join(", ", settings.Select(setting => $"{setting.Key}: {setting.Value}"))} }}";

    private static string Unset(string key) => key is ConfigKeys.UseSystemRoots or ConfigKeys.InsecureSkipVerify ? "false" : "\"\"";

    private static IEnumerable<string> Addresses(Model model, int realm) => Enumerable.Range(0, model.Addresses).Select(index => $"\"store-{realm}-{index}:443\"");

    // Models with equal connection settings would become one realm.
    private static Gen<Model[]> Models() =>
        from count in Gen.Choose(1, 5)
        from models in ModelOf().ArrayOf(count)
        select models.DistinctBy(model => $"{model.IsStrict} {Print(model.Tls)}").ToArray();

    private static Gen<Model> ModelOf() =>
        from isStrict in ArbMap.Default.ArbFor<bool>().Generator
        from addresses in Gen.Choose(1, 3)
        from trust in Gen.Elements(
            "", $"{ConfigKeys.CaFile}=ca.crt", $"{ConfigKeys.CaFile}=/other.crt", $"{ConfigKeys.CaFile}=[a.crt, /b.crt]", $"{ConfigKeys.UseSystemRoots}=true", $"{ConfigKeys.InsecureSkipVerify}=true")
        from identity in Gen.Elements("", $"{ConfigKeys.CertFile}=a.crt;{ConfigKeys.KeyFile}=a.key", $"{ConfigKeys.CertFile}=/b.pem;{ConfigKeys.KeyFile}=/b.pem;{ConfigKeys.KeyPasswordFile}=p")
        from name in Gen.Elements("", $"{ConfigKeys.ServerName}=a.example.com", $"{ConfigKeys.ServerName}=b")
        from version in Gen.Elements("", $"{ConfigKeys.MinVersion}=\"1.2\"", $"{ConfigKeys.MinVersion}=VersionTLS12")
        from pace in Gen.Elements("", $"{ConfigKeys.CheckInterval}=30s", $"{ConfigKeys.DrainTimeout}=1h;{ConfigKeys.OnExpired}=fail")
        let settings = trust.Length == 0 ? "" : string.Join(';', new[] { trust, identity, name, version, pace }.Where(text => text.Length > 0))
        select new Model(isStrict, [.. settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('=')).Select(pair => (pair[0], pair[1]))], addresses);
}
