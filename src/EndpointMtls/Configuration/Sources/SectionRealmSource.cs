using System.Globalization;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using Microsoft.Extensions.Configuration;

namespace EndpointMtls.Configuration.Sources;

/// <summary>Reads the realms of a configuration section, whichever providers its values come from.</summary>
internal static class SectionRealmSource
{
    public static void AddTo(EndpointMtlsOptions options, IConfiguration section)
    {
        var source = ConfigSource.OfSection((section as IConfigurationSection)?.Path ?? ConfigKeys.Realms);
        if (section.GetChildren().ToList() is { Count: > 0 } children)
        {
            new DocumentReader(options, source).Read(Convert(children));
        }
        else
        {
            options.Errors.Add(
                ErrorCode.Required, source.Name, null,
                "the section is missing or empty", "Check the name of the section that is passed to AddEndpointMtls");
        }
    }

    private static ConfigNode Convert(IReadOnlyCollection<IConfigurationSection> children) =>
        children.All(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new ListNode([.. children.Select(Convert)], null)
            : new MapNode([.. children.Select(child => new MapEntry(KeySpelling.Normalize(child.Key), null, Convert(child)))], null);

    private static ConfigNode Convert(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        ConfigNode node = children switch
        {
            [] when section.Value is null => new NullNode(null),
            [] => new TextNode(section.Value!, null),
            _ when !string.IsNullOrEmpty(section.Value) => new ConflictNode(null),
            _ => Convert(children),
        };

        // Errors show the keys and numbers that the sources of the section have.
        return node with { WrittenAt = section.Path };
    }
}
