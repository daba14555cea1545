using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace EndpointMtls.Configuration;

/// <summary>Reads the realms of a configuration section, from whatever provider its values come.</summary>
internal static class SectionRealmSource
{
    public static void AddTo(EndpointMtlsOptions options, IConfiguration section)
    {
        var found = false;
        var errorsBefore = options.Errors.Count;
        foreach (var child in section.GetChildren())
        {
            if (ConfigKeys.Canonical(child.Key) != ConfigKeys.Realms)
            {
                options.Errors.Add(
                    child.Path, null, "unknown key",
                    "The section given to AddEndpointMtls holds 'Realms' and nothing else: pass a section of its own, such as configuration.GetSection(\"EndpointMtls\")");
            }
            else if (Convert(child) is ListNode realms)
            {
                found = true;
                new RealmReader(options.Errors, baseDirectory: null).AddTo(options.Realms, realms);
            }
            else
            {
                options.Errors.Add(child.Path, null, "must be a list of realms", "Number them, as in 'Realms:0:Name', or write a JSON array");
            }
        }

        if (!found && options.Errors.Count == errorsBefore)
        {
            var path = (section as IConfigurationSection)?.Path;
            options.Errors.Add(path ?? ConfigKeys.Realms, null, "the section given to AddEndpointMtls has no 'Realms'", "Check its name");
        }
    }

    private static ConfigNode Convert(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        return children switch
        {
            [] when section.Value is null => new NullNode(null),
            [] => new TextNode(section.Value!, null),
            _ when children.All(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)) =>
                new ListNode([.. children.Select(Convert)], null),
            _ => new MapNode([.. children.Select(child => new MapEntry(ConfigKeys.Canonical(child.Key), null, Convert(child)))], null),
        };
    }
}
