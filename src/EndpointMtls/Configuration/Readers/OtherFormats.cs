using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Recognises documents that are meant for somebody else, so that one error says so instead of many that miss the point.</summary>
internal static class OtherFormats
{
    public static (string What, string Fix)? Recognise(ConfigNode root) => root switch
    {
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.Targets) && !first.Has(ConfigKeys.OfRealm) => (
            "is a list of targets in the format of file_sd, as Prometheus and Thanos' --store.sd-files read it, and not a list of realms",
            $"Reference it from a realm, as in '{ConfigKeys.EndpointsSdFiles}: [{{ {ConfigKeys.Files}: [targets.yaml] }}]', or put its addresses under '{ConfigKeys.Endpoints}'"),
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.Address) && !first.Has(ConfigKeys.OfRealm) => (
            "is a list of endpoints, and not a list of realms",
            $"Put it under a key '{ConfigKeys.Endpoints}:', as Thanos has it"),
        ListNode { Items: [TextNode, ..] } => (
            "is a list of addresses, and not a list of realms",
            $"Put them into a realm: '- {ConfigKeys.Endpoints}: [a:443, b:443]'"),
        MapNode map when map.Has("static_resources", "dynamic_resources", "layered_runtime", "node", "admin") => (
            "is the bootstrap of an Envoy proxy, and not a list of realms",
            $"Declare what its clusters lead to as realms: '- {ConfigKeys.Endpoints}: [host:port]', with a '{ConfigKeys.TlsConfig}'"),
        MapNode map when map.Has("apiVersion") && map.Has("kind") => (
            "is a Kubernetes object, and not a list of realms",
            "Mount its data as a file, and give the path of that"),
        MapNode map when map.Has("tls_server_config", "http_server_config", "basic_auth_users") => (
            "is a web configuration, as Prometheus and its exporters read it, and not a list of realms",
            $"Write the keys of its 'tls_server_config' directly under '{ConfigKeys.Server}'"),
        MapNode map when map.Has("scrape_configs", "global") => (
            "is the configuration of Prometheus, and not a list of realms",
            "Begin each realm with '- name: …'"),
        MapNode map when !map.Has(ConfigKeys.DefaultClientConfig, ConfigKeys.Realms, ConfigKeys.Server) && !HasThanosEndpoints(map)
            && map.Has(ConfigKeys.Name, ConfigKeys.Match, ConfigKeys.TlsConfig, ConfigKeys.Mode, ConfigKeys.EndpointsSdFiles) => (
            "is one realm, and not a list of them",
            "Put '- ' before its first key, and indent the others by as much"),
        _ => null,
    };

    private static bool HasThanosEndpoints(MapNode map) =>
        map.Entries.Any(entry => entry is { Key: ConfigKeys.Endpoints, Value: ListNode { Items: [MapNode, ..] } });
}
