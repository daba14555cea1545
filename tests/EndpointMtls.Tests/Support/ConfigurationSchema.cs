using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Support;

/// <summary>Makes the JSON schema of the YAML from the options and what is documented of them.</summary>
internal static class ConfigurationSchema
{
    public const string Realm = "realm";
    public const string TlsConfig = "tls_config";
    public const string SdFiles = "endpoints_sd_files";
    public const string Server = "server";
    public const string Thanos = "thanos";
    public const string ThanosEndpoint = "thanos_endpoint";
    public const string ClientConfig = "client_config";
    public const string ThanosTlsConfig = "thanos_tls_config";

    private const string Duration = "duration";
    private const string Size = "size";
    private const string Address = "address";

    /// <summary>As <see cref="EndpointMtls.Configuration"/> reads a version, with and without quotes.</summary>
    public static readonly object[] Versions = ["1.2", "1.3", 1.2m, 1.3m, "TLS12", "TLS13", "VersionTLS12", "VersionTLS13"];

    private const string DurationPattern = @"^(?!$)(([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?|0|([0-9]+\.)?[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,7})?)?)$";

    private const string SizePattern = "^[0-9]+(B|KiB|MiB|GiB)?$";

    // A port, but for a socket and for names of SRV records, which have one of their own.
    private const string AddressPattern = @"^[Uu][Nn][Ii][Xx]:.|^[Dd][Nn][Ss][Ss][Rr][Vv]([Nn][Oo][Aa])?\+.|.:0*[1-9][0-9]*/?$";

    /// <summary>What no class of options says, because realms say it in other words.</summary>
    private static readonly Dictionary<string, string> OfThanos = new()
    {
        [ConfigKeys.DefaultClientConfig] = "What endpoints inherit, each setting on its own.",
        [ConfigKeys.Endpoints] = "The endpoints: those that are reached in the same way become one realm.",
        [ConfigKeys.Server] = "How this process presents itself as a server, and whom it lets in.",
        [ConfigKeys.Address] = "The address of the endpoint.",
        [ConfigKeys.Strict] = "Whether the endpoint stays in use while it fails. Defaults to 'false'.",
        [ConfigKeys.ClientConfig] = "How this endpoint is reached, as far as that differs from 'default_client_config'.",
        [ConfigKeys.TlsConfig] = "Whether and how connections are secured. Without it, here or in 'default_client_config', they are plaintext.",
        [ConfigKeys.Compression] = "How messages are compressed. 'snappy' is not supported: they are sent uncompressed, and a warning says so.",
        [ConfigKeys.Enabled] = "Whether connections are secured. Without it they are as soon as 'cert_file', 'key_file', 'ca_file', 'use_system_roots' or 'insecure_skip_verify' is set, here or in 'default_client_config'.",
    };

    private static readonly string[] CipherSuiteNames = [.. Enum.GetValues<TlsCipherSuite>().Where(suite => CipherSuites.ProblemOf(suite) is null).Select(suite => suite.ToString())];

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Generate() => new JsonObject
    {
        ["$schema"] = "http://json-schema.org/draft-07/schema#",
        ["title"] = "Endpoints and their trust domains",
        ["description"] = "A list of realms, the same under a key 'realms', or endpoints as Thanos 0.42 writes them; beside either key, or alone, a server.",
        ["if"] = new JsonObject { ["type"] = "array" },
        ["then"] = ListOf(Ref(Realm), minItems: 1),
        ["else"] = new JsonObject
        {
            ["if"] = new JsonObject { ["type"] = "object", ["not"] = new JsonObject { ["anyOf"] = AnyOf(ConfigKeys.OfThanos) }, ["anyOf"] = AnyOf(ConfigKeys.Realms, ConfigKeys.Server) },
            ["then"] = Group(new JsonObject { [ConfigKeys.Realms] = ListOf(Ref(Realm), minItems: 1), [ConfigKeys.Server] = Ref(Server) }),
            ["else"] = Ref(Thanos),
        },
        ["definitions"] = new JsonObject
        {
            [Realm] = Of<RealmOptions>(KeyGroups.Realm, forThanos: false, [.. AnyOf(ConfigKeys.Endpoints, ConfigKeys.Match, ConfigKeys.EndpointsSdFiles).Select(node => node!.DeepClone()), ForServerAlone()], (ConfigKeys.ServiceConfig, [ConfigKeys.Group])),
            [TlsConfig] = Of<TlsOptions>(
                KeyGroups.TlsConfig,
                forThanos: false,
                AnyOf(ConfigKeys.CaFile, ConfigKeys.UseSystemRoots, ConfigKeys.InsecureSkipVerify, ConfigKeys.Enabled),
                (ConfigKeys.CertFile, [ConfigKeys.KeyFile]),
                (ConfigKeys.KeyFile, [ConfigKeys.CertFile]),
                (ConfigKeys.KeyPasswordFile, [ConfigKeys.KeyFile])),
            [SdFiles] = Of<FileSdOptions>(KeyGroups.SdFiles, forThanos: false, required: [ConfigKeys.Files]),
            [Server] = OfServer(),
            [Thanos] = OfThanosKeys(KeyGroups.Thanos, ConfigKeys.Endpoints),
            [ThanosEndpoint] = OfThanosKeys(KeyGroups.ThanosEndpoint, ConfigKeys.Address),
            [ClientConfig] = OfThanosKeys(KeyGroups.ClientConfig),
            [ThanosTlsConfig] = Of<TlsOptions>(KeyGroups.ThanosTlsConfig, forThanos: true),
            [Duration] = AnyOfSchemas(Pattern(DurationPattern), new JsonObject { ["const"] = 0 }),
            [Size] = AnyOfSchemas(Pattern(SizePattern), new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = int.MaxValue }),
            [Address] = Pattern(AddressPattern),
        },
    }.ToJsonString(Json) + "\n";

    private static JsonObject ForServerAlone() => new()
    {
        ["required"] = ArrayOf(ConfigKeys.Name, ConfigKeys.TlsConfig),
        ["properties"] = new JsonObject { [ConfigKeys.TlsConfig] = new JsonObject { ["required"] = ArrayOf(ConfigKeys.CertFile) } },
    };

    private static JsonObject OfServer()
    {
        var schema = Of<ServerTlsOptions>(
            KeyGroups.Server,
            forThanos: false,
            AnyOf(ConfigKeys.Realm, ConfigKeys.CertFile),
            (ConfigKeys.CertFile, [ConfigKeys.KeyFile]),
            (ConfigKeys.KeyFile, [ConfigKeys.CertFile]),
            (ConfigKeys.KeyPasswordFile, [ConfigKeys.KeyFile]),
            (ConfigKeys.ClientCaFile, [ConfigKeys.ClientAuthType]),
            (ConfigKeys.ClientCrlFile, [ConfigKeys.ClientCaFile]));
        schema["not"] = new JsonObject { ["required"] = ArrayOf(ConfigKeys.Realm), ["anyOf"] = AnyOf(ConfigKeys.OfServerFiles) };
        return schema;
    }

    private static JsonObject Of<T>(KeyGroup group, bool forThanos, JsonArray? anyOf = null, params (string Key, string[] Needs)[] dependencies)
        where T : new() => Of<T>(group, forThanos, anyOf, dependencies, required: []);

    private static JsonObject Of<T>(KeyGroup group, bool forThanos, string[] required)
        where T : new() => Of<T>(group, forThanos, anyOf: null, dependencies: [], required);

    private static JsonObject Of<T>(KeyGroup group, bool forThanos, JsonArray? anyOf, (string Key, string[] Needs)[] dependencies, string[] required)
        where T : new()
    {
        var usual = new T();
        var schema = Group(
            new JsonObject(group.Keys.Select(key => KeyValuePair.Create(key, (JsonNode?)OfProperty(DocumentedKeys.PropertyOf(typeof(T), key), key, usual, forThanos)))),
            required);
        if (anyOf is not null)
        {
            schema["anyOf"] = anyOf;
        }

        if (dependencies.Length > 0)
        {
            schema["dependencies"] = new JsonObject(dependencies.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)ArrayOf(pair.Needs))));
        }

        return schema;
    }

    /// <param name="property">The property behind the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="usual">New options, for the default.</param>
    /// <param name="forThanos">Whether the value may be empty, which takes an inherited one away, and has no default but that.</param>
    private static JsonObject OfProperty(PropertyInfo property, string key, object usual, bool forThanos)
    {
        var isSwitch = forThanos && key == ConfigKeys.Enabled;
        var schema = new JsonObject { ["description"] = isSwitch ? OfThanos[key] : XmlSummaries.Of(property) };
        foreach (var (name, value) in TypeOf(property, key, mayBeEmpty: forThanos && !isSwitch))
        {
            schema[name] = value?.DeepClone();
        }

        if (!forThanos && DocumentedKeys.WordOf(property, usual) is { } word)
        {
            schema["default"] = word is "true" or "false" ? word == "true" : word.Trim('"');
        }

        return schema;
    }

    private static JsonObject TypeOf(PropertyInfo property, string key, bool mayBeEmpty)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var schema = type switch
        {
            _ when type == typeof(ClientAuthType) => Enumeration([.. Enum.GetNames<ClientAuthType>(), "RequireClientCert"]),
            _ when type == typeof(IList<TlsCipherSuite>) => ListOf(Enumeration([.. CipherSuiteNames]), minItems: 1),
            _ when key == ConfigKeys.ClientAllowedSans => ListOf(Text(), minItems: 1),
            _ when key == ConfigKeys.Mode => Enumeration(["", "strict"]),
            _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
            _ when type == typeof(TimeSpan) => Ref(Duration),
            _ when type == typeof(int) => Ref(Size),
            _ when type == typeof(SslProtocols) => Enumeration(Versions),
            _ when type.IsEnum => Enumeration([.. Enum.GetValues(type).Cast<Enum>().Select(XmlSummaries.WordOf)]),
            _ when type == typeof(TlsOptions) => Ref(TlsConfig),
            _ when type == typeof(IList<FileSdOptions>) => ListOf(Ref(SdFiles)),
            _ when key is ConfigKeys.CaFile or ConfigKeys.ClientCaFile or ConfigKeys.CrlFile or ConfigKeys.ClientCrlFile => AnyOfSchemas(Text(), ListOf(Text(), minItems: 1)),
            _ when key == ConfigKeys.Files => AnyOfSchemas(Text(), new JsonObject { ["type"] = "array", ["items"] = Text() }),
            _ when key == ConfigKeys.Endpoints => ListOf(Ref(Address)),
            _ when type == typeof(IList<string>) => ListOf(Text()),
            _ when key is ConfigKeys.ServerName or ConfigKeys.ServiceConfig => new JsonObject { ["type"] = "string" },
            _ => Text(),
        };
        return mayBeEmpty ? AnyOfSchemas(schema, new JsonObject { ["const"] = "" }) : schema;
    }

    private static JsonObject OfThanosKeys(KeyGroup group, params string[] required) =>
        Group(new JsonObject(group.Keys.Select(key => KeyValuePair.Create(key, (JsonNode?)OfThanosKey(key)))), required);

    private static JsonObject OfThanosKey(string key)
    {
        var (property, type) = key switch
        {
            ConfigKeys.DefaultClientConfig or ConfigKeys.ClientConfig => (null, Ref(ClientConfig)),
            ConfigKeys.TlsConfig => (null, Ref(ThanosTlsConfig)),
            ConfigKeys.Endpoints => (null, ListOf(Ref(ThanosEndpoint), minItems: 1)),
            ConfigKeys.Address => (null, Ref(Address)),
            ConfigKeys.Server => (null, Ref(Server)),
            ConfigKeys.Strict => (null, new JsonObject { ["type"] = "boolean", ["default"] = false }),
            ConfigKeys.Compression => (null, Enumeration(["none", "snappy", ""])),
            ConfigKeys.ServerName => (typeof(TlsOptions).GetProperty(nameof(TlsOptions.ServerName)), new JsonObject { ["type"] = "string" }),
            ConfigKeys.Group => (typeof(RealmOptions).GetProperty(nameof(RealmOptions.Group)), new JsonObject { ["type"] = "boolean", ["default"] = false }),
            ConfigKeys.ServiceConfig => (typeof(RealmOptions).GetProperty(nameof(RealmOptions.ServiceConfig)), new JsonObject { ["type"] = "string" }),
            _ when OptionTables.Channel.Keys.Contains(key) => OfChannel(DocumentedKeys.PropertyOf(typeof(RealmOptions), key)),
            _ => throw new AssertionException($"The schema has no type for '{key}'."),
        };
        var schema = new JsonObject { ["description"] = property is null ? OfThanos[key] : XmlSummaries.Of(property) };
        foreach (var (name, value) in type)
        {
            schema[name] = value?.DeepClone();
        }

        return schema;

        static (PropertyInfo?, JsonObject) OfChannel(PropertyInfo property) => (property, TypeOf(property, DocumentedKeys.SnakeOf(property.Name), mayBeEmpty: true));
    }

    private static JsonObject Group(JsonObject properties, params string[] required)
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Length > 0)
        {
            schema["required"] = ArrayOf(required);
        }

        return schema;
    }

    // In draft-07 nothing counts beside a '$ref', so it stands alone, in a list of one.
    private static JsonObject Ref(string definition) => new() { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/definitions/{definition}" }) };

    private static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject Text() => new() { ["type"] = "string", ["minLength"] = 1 };

    // A list that must hold something must be there; any other may also have no value.
    private static JsonObject ListOf(JsonObject items, int minItems = 0) => minItems == 0
        ? new JsonObject { ["type"] = ArrayOf("array", "null"), ["items"] = items }
        : new JsonObject { ["type"] = "array", ["items"] = items, ["minItems"] = minItems };

    private static JsonObject Enumeration(object[] words) => new() { ["enum"] = new JsonArray([.. words.Select(word => JsonSerializer.SerializeToNode(word))]) };

    private static JsonObject AnyOfSchemas(params JsonObject[] schemas) => new() { ["anyOf"] = new JsonArray([.. schemas]) };

    private static JsonArray AnyOf(params string[] keys) => [.. keys.Select(key => new JsonObject { ["required"] = ArrayOf(key) })];

    private static JsonArray ArrayOf(params string[] texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
