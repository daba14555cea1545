using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Recognises documents that are no list of targets, so that one error says so instead of many that miss the point.</summary>
internal static class OtherTargetFormats
{
    private const string Realms = "is a list of realms, and not of targets";
    private const string RealmsFix = $"Give it to AddEndpointMtls, and keep targets in a file of their own: '- {ConfigKeys.Targets}: [host:port]'";
    private const string Thanos = "is a list of endpoints as Thanos has it, and not of targets";

    public static (string What, string Fix)? Recognise(ConfigNode root) => root switch
    {
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.OfTargetGroup) => null,
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.Address) => (Thanos, $"Write the addresses alone: '- {ConfigKeys.Targets}: [host:port]'"),
        ListNode { Items: [MapNode first, ..] } when first.Has(ConfigKeys.OfRealm) => (Realms, RealmsFix),
        ListNode { Items: [TextNode, ..] } => ("is a list of addresses, and not of groups of them", $"Put them into a group: '- {ConfigKeys.Targets}: [a:443, b:443]'"),
        MapNode map when map.Has(ConfigKeys.Realms) => (Realms, RealmsFix),
        MapNode map when map.Has(ConfigKeys.OfThanos) => (Thanos, $"Write the addresses alone: '- {ConfigKeys.Targets}: [host:port]'"),
        MapNode map when map.Has(ConfigKeys.OfTargetGroup) => ("is one group of targets, and not a list of them", "Put '- ' before its first key, and indent the others by as much; in JSON, put it in '[' and ']'"),
        MapNode map when map.Has("apiVersion") && map.Has("kind") => ("is a Kubernetes object, and not a list of targets", "Mount its data as a file, and give the path of that"),
        MapNode map when map.Has("scrape_configs", "global") => ("is the configuration of Prometheus, and not a list of targets", $"Give the path of a file that it names under 'file_sd_configs'"),
        _ => null,
    };
}
