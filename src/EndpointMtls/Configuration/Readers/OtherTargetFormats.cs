using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Recognises documents that are not target files, so that one error replaces many about their keys.</summary>
internal static class OtherTargetFormats
{
    private static readonly (string What, string Fix) Realms = (
        "is a list of realms, not a target file",
        $"Pass it to AddEndpointMtls, and write the targets to another file: '[{{\"{ConfigKeys.Targets}\": [\"host:port\"]}}]'");

    private static readonly (string What, string Fix) Thanos = (
        "is a list of Thanos endpoints, not a target file",
        $"Write only the addresses: '[{{\"{ConfigKeys.Targets}\": [\"host:port\"]}}]'");

    public static (string What, string Fix)? Recognise(ConfigNode root) => root switch
    {
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.OfTargetGroup) => null,
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.Address) => Thanos,
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.OfRealm) => Realms,
        ListNode { Items: [TextNode, ..] } => (
            "is a list of addresses, not a list of target groups",
            $"Put the addresses into a group: '[{{\"{ConfigKeys.Targets}\": [\"a:443\", \"b:443\"]}}]'"),
        MapNode map when map.Has(ConfigKeys.Realms) => Realms,
        MapNode map when map.Has(ConfigKeys.OfThanos) => Thanos,
        MapNode map when map.Has(ConfigKeys.OfTargetGroup) => (
            "is a single target group, not a list of target groups",
            "In YAML, put '- ' before its first key, and indent the other keys by two spaces; in JSON, enclose it in '[' and ']'"),
        MapNode map when map.Has("apiVersion") && map.Has("kind") => (
            "is a Kubernetes object, not a target file", "Mount its data as a file, and set the path of that file"),
        MapNode map when map.Has("scrape_configs", "global") => (
            "is a Prometheus configuration, not a target file", "Set the path of a file that its 'file_sd_configs' list"),
        _ => null,
    };
}
