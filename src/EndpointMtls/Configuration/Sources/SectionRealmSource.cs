using System.Globalization;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using Microsoft.Extensions.Configuration;

namespace EndpointMtls.Configuration.Sources;

/// <summary>Reads the realms of a configuration section, from whatever provider its values come.</summary>
internal static class SectionRealmSource
{
    public static void AddTo(EndpointMtlsOptions options, IConfiguration section)
    {
        var source = ConfigSource.OfSection((section as IConfigurationSection)?.Path ?? ConfigKeys.Realms);
        if (section.GetChildren().ToList() is { Count: > 0 } children)
        {
            new DocumentReader(options, source).Read(Convert(children) is MapNode root ? WithPaths(root, children) : Convert(children));
        }
        else
        {
            options.Errors.Add(ErrorCode.Required, source.Name, null, "the section given to AddEndpointMtls has no 'Realms'", "Check its name");
        }
    }

    // Above the realms, errors name keys as .NET does.
    private static MapNode WithPaths(MapNode root, List<IConfigurationSection> children) =>
        root with { Entries = [.. root.Entries.Zip(children, (entry, child) => entry with { Value = entry.Value with { WrittenAt = child.Path } })] };

    private static ConfigNode Convert(IReadOnlyCollection<IConfigurationSection> children) =>
        children.All(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new ListNode([.. children.Select(Convert)], null)
            : new MapNode([.. children.Select(child => new MapEntry(ConfigKeys.Canonical(child.Key), null, Convert(child)))], null);

    private static ConfigNode Convert(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        return children switch
        {
            [] when section.Value is null => new NullNode(null),
            [] => new TextNode(section.Value!, null),
            _ when !string.IsNullOrEmpty(section.Value) => new ConflictNode(null),
            _ => Convert(children),
        };
    }
}
