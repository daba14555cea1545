using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Recognises documents in the formats of other programs, so that one error replaces many about their keys.</summary>
internal static class OtherFormats
{
    public static (string What, string Fix)? Recognise(ConfigNode root) => root switch
    {
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.Targets) && !first.Has(ConfigKeys.OfRealm) => (
            "is a file_sd target file (as for Prometheus and for Thanos' --store.sd-files), not a list of realms",
            $"Reference it from a realm, as in '{ConfigKeys.EndpointsSdFiles}: [{{ {ConfigKeys.Files}: [targets.yaml] }}]', "
            + $"or list its addresses under '{ConfigKeys.Endpoints}'"),
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.Address) && !first.Has(ConfigKeys.OfRealm) => (
            "is a list of Thanos endpoints, not a list of realms",
            $"Put the list under the key '{ConfigKeys.Endpoints}'"),
        ListNode { Items: [TextNode { Text: var text }, ..] } when KeyGroups.Realm.FindJoinedKey(text) is { } joined => (
            $"is not a list of realms: {KeyGroup.MissingSpace(joined)}", KeyGroup.PutSpace),
        ListNode { Items: [TextNode, ..] } => (
            "is a list of addresses, not a list of realms",
            $"Put the addresses into a realm: '- {ConfigKeys.Endpoints}: [a:443, b:443]'"),
        MapNode map when map.Has("static_resources", "dynamic_resources", "layered_runtime", "node", "admin") => (
            "is an Envoy bootstrap configuration, not a list of realms",
            $"Write a realm for each cluster: '- {ConfigKeys.Endpoints}: [host:port]', with a '{ConfigKeys.TlsConfig}'"),
        MapNode map when map.Has("apiVersion") && map.Has("kind") => (
            "is a Kubernetes object, not a list of realms",
            "Mount its data as a file, and pass the path of that file"),
        MapNode map when map.Has("tls_server_config", "http_server_config", "basic_auth_users") => (
            "is a Prometheus web configuration, not a list of realms",
            $"Write the keys of its 'tls_server_config' directly under '{ConfigKeys.Server}'"),
        MapNode map when map.Has("scrape_configs", "global") => (
            "is a Prometheus configuration, not a list of realms",
            "Write a list of realms, such as '- endpoints: [host:port]'"),
        MapNode map when !map.Has(ConfigKeys.DefaultClientConfig, ConfigKeys.Realms, ConfigKeys.Server) && !HasThanosEndpoints(map)
            && map.Has(ConfigKeys.Name, ConfigKeys.Match, ConfigKeys.TlsConfig, ConfigKeys.Mode, ConfigKeys.EndpointsSdFiles) => (
            "is a single realm, not a list of realms",
            "Put '- ' before its first key, and indent the other keys by two spaces"),
        _ => null,
    };

    private static bool HasThanosEndpoints(MapNode map) =>
        map.Entries.Any(entry => entry is { Key: ConfigKeys.Endpoints, Value: ListNode { Items: [MapNode, ..] } });
}
