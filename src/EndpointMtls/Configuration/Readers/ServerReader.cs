using System.Net.Security;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads a <c>server</c>: what it does not know is an error.</summary>
internal sealed class ServerReader(ConfigurationErrors errors, ConfigSource source)
{
    private static readonly (string, ClientCertificateExpiredAction)[] ClientExpiredActions = [("keep", ClientCertificateExpiredAction.Keep), ("close", ClientCertificateExpiredAction.Close)];

    private static readonly Dictionary<string, TlsCipherSuite> CipherSuites = Enum.GetValues<TlsCipherSuite>().ToDictionary(suite => suite.ToString(), StringComparer.Ordinal);

    // Those of Go, and what the manuals of Mimir and Cortex call one of them.
    private static readonly Dictionary<string, ClientAuthType> ClientAuthTypes = new(
        Enum.GetValues<ClientAuthType>().Select(type => KeyValuePair.Create(type.ToString(), type)).Prepend(KeyValuePair.Create("RequireClientCert", ClientAuthType.RequireAnyClientCert)), StringComparer.Ordinal);

    public ServerTlsOptions Read(MapEntry entry)
    {
        var origin = new RealmOrigin(ConfigKeys.Server) { Place = entry.Location?.ToString() ?? entry.Value.WrittenAt };
        origin.Remember("", entry.Location);
        var reader = new NodeReader(errors, origin, source);
        var server = new ServerTlsOptions { Origin = origin };
        if (entry.Value.IsBlank)
        {
            reader.AddError("", "has no value", $"{KeyGroups.Server.FixForShape}, or remove '{ConfigKeys.Server}'");
            return server;
        }

        reader.ReadMap(entry.Value with { WrittenAt = null }, key: "", KeyGroups.Server, (path, entry) => Read(path, entry.Value, server, reader));
        if (entry.Value is MapNode map && map.Has(ConfigKeys.Realm))
        {
            // Whether or not it says more than the default.
            foreach (var own in map.Entries.Where(entry => ConfigKeys.OfServerFiles.Contains(entry.Key)))
            {
                reader.AddError(own.Key, ServerCompiler.BesideRealm, ServerCompiler.FixBesideRealm(own.Key));
            }
        }

        return server;
    }

    private static void Read(string path, ConfigNode value, ServerTlsOptions server, NodeReader reader)
    {
        switch (path)
        {
            case ConfigKeys.Name: server.Name = reader.ReadText(value, path); break;
            case ConfigKeys.Realm: server.Realm = reader.ReadText(value, path); break;
            case ConfigKeys.CertFile: server.CertFile = reader.ReadPath(value, path); break;
            case ConfigKeys.KeyFile: server.KeyFile = reader.ReadPath(value, path); break;
            case ConfigKeys.KeyPasswordFile: server.KeyPasswordFile = reader.ReadPath(value, path); break;
            case ConfigKeys.ClientCaFile when HasItems("It would let nobody in"): reader.ReadPaths(value, path, server.ClientCaFile); break;
            case ConfigKeys.ClientAuthType: server.ClientAuthType = reader.ReadName(value, path, ClientAuthTypes, ClientAuthType.RequireAndVerifyClientCert); break;
            case ConfigKeys.ClientAllowedSans when HasItems("It could mean that nobody gets in, or everybody"): reader.ReadTexts(value, path, server.ClientAllowedSans); break;
            case ConfigKeys.MinVersion: server.MinVersion = TlsReader.ReadVersion(reader, value, path, server.MinVersion); break;
            case ConfigKeys.CipherSuites when HasItems("No connection could be made"): ReadCipherSuites(path, value, server.CipherSuites, reader); break;
            case ConfigKeys.CheckInterval: server.CheckInterval = reader.ReadDuration(value, path, server.CheckInterval); break;
            case ConfigKeys.CaOverlap: server.CaOverlap = reader.ReadDuration(value, path, server.CaOverlap); break;
            case ConfigKeys.OnExpired: server.OnExpired = reader.ReadWord(value, path, TlsReader.ExpiredActions, server.OnExpired); break;
            case ConfigKeys.MaxConnectionAge: server.MaxConnectionAge = ReadAge(path, value, reader); break;
            case ConfigKeys.MaxConnectionAgeGrace: server.MaxConnectionAgeGrace = ReadGrace(path, value, reader); break;
            case ConfigKeys.CloseOnRotation: server.CloseOnRotation = ReadWindow(path, value, reader); break;
            case ConfigKeys.OnClientCertExpired: server.OnClientCertExpired = reader.ReadWord(value, path, ClientExpiredActions, server.OnClientCertExpired); break;
            case ConfigKeys.OnTrustRemoved: server.OnTrustRemoved = reader.ReadWord(value, path, TlsReader.TrustRemovedActions, server.OnTrustRemoved); break;
        }

        bool HasItems(string otherwise)
        {
            var isEmpty = value is ListNode { Items: [] } || (value.IsBlank && path != ConfigKeys.ClientCaFile);
            if (isEmpty)
            {
                reader.AddError(path, "is an empty list", $"{otherwise}: list at least one, or remove the key");
            }

            return !isEmpty;
        }
    }

    private static void ReadCipherSuites(string path, ConfigNode value, IList<TlsCipherSuite> suites, NodeReader reader)
    {
        // Exactly: .NET would also take numbers, and several in one text.
        var names = new List<string>();
        reader.ReadList(value, path, names, (key, item) => reader.ReadName(item, key, CipherSuites, TlsCipherSuite.TLS_AES_128_GCM_SHA256)?.ToString());
        names.ForEach(name => suites.Add(CipherSuites[name]));
    }

    // As Thanos writes that there is no limit.
    private static TimeSpan? ReadAge(string path, ConfigNode value, NodeReader reader) =>
        reader.ReadDuration(value, path, TimeSpan.Zero) is { Ticks: > 0 } age ? age : null;

    private static TimeSpan? ReadGrace(string path, ConfigNode value, NodeReader reader)
    {
        var none = TimeSpan.FromTicks(-1);
        var grace = reader.ReadDuration(value, path, none);
        if (grace == TimeSpan.Zero)
        {
            reader.AddError(path, "is zero, which could mean that running calls are cut at once, or never", "Remove the key to let them end; to cut them, write how long they may go on, such as '30s'");
        }

        return grace > TimeSpan.Zero ? grace : null;
    }

    private static TimeSpan? ReadWindow(string path, ConfigNode value, NodeReader reader)
    {
        var isSwitch = value is TextNode { Text: var text } && bool.TryParse(text, out _);
        if (isSwitch)
        {
            reader.AddError(path, $"'{Snippet.Truncate(((TextNode)value).Text)}' is not a duration", "Write within how long connections are closed, such as '30s', or remove the key to keep them");
        }

        var none = TimeSpan.FromTicks(-1);
        return isSwitch || reader.ReadDuration(value, path, none) is not { Ticks: >= 0 } window ? null : window;
    }
}
