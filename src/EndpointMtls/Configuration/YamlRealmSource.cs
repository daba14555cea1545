using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace EndpointMtls.Configuration;

/// <summary>Reads the realms of a YAML file: a list of realms, as in the Thanos proposal.</summary>
internal static class YamlRealmSource
{
    // A realm is four levels deep.
    private const int MaxDepth = 32;

    public static void AddTo(EndpointMtlsOptions options, string yamlPath, byte[] content)
    {
        try
        {
            var yaml = System.Text.Encoding.UTF8.GetString(content);
            var reader = new RealmReader(options.Errors, Path.GetDirectoryName(Path.GetFullPath(yamlPath)));
            if (Parse(yaml, yamlPath, options.Errors) is { } realms)
            {
                reader.AddTo(options.Realms, realms);
            }
        }
        catch (YamlException exception)
        {
            options.Errors.Add(yamlPath, Locate(exception.Start, yamlPath), $"not valid YAML: {(exception.InnerException ?? exception).Message.TrimEnd('.')}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            options.Errors.Add(yamlPath, null, $"cannot be read: {exception.Message.TrimEnd('.')}", "AddEndpointMtls(yamlPath) needs a file that this process may read");
        }
    }

    private static ListNode? Parse(string yaml, string file, ConfigurationErrors errors)
    {
        RefuseHostility(yaml);
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        switch (stream.Documents)
        {
            case []:
                errors.Add(file, null, "is empty", "Write a list of realms: '- name: …'");
                return null;
            case [var document]:
                if (Convert(document.RootNode, file) is ListNode realms)
                {
                    return realms;
                }

                errors.Add(file, Locate(document.RootNode.Start, file), "must be a list of realms", "Begin each realm with '- name: …'");
                return null;
            default:
                errors.Add(file, Locate(stream.Documents[1].RootNode.Start, file), "has more than one YAML document", "Keep all realms in one list");
                return null;
        }
    }

    /// <summary>Refuses what could exhaust the loader: deep nesting, and aliases, which multiply or form cycles.</summary>
    private static void RefuseHostility(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        for (var depth = 0; parser.MoveNext();)
        {
            var current = parser.Current!;
            depth += current.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new YamlException(current.Start, current.End, $"nested more than {MaxDepth} levels deep");
            }

            if (current is AnchorAlias)
            {
                throw new YamlException(current.Start, current.End, "aliases are not supported; write the value out");
            }
        }
    }

    private static ConfigNode Convert(YamlNode node, string file)
    {
        var location = Locate(node.Start, file);
        return node switch
        {
            YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" } => new NullNode(location),
            YamlScalarNode scalar => new TextNode(scalar.Value!, location),
            YamlSequenceNode list => new ListNode([.. list.Children.Select(child => Convert(child, file))], location),
            YamlMappingNode map => new MapNode([.. map.Children.Select(child => ConvertEntry(child.Key, child.Value, file))], location),
            _ => throw new YamlException(node.Start, node.End, "unexpected node"),
        };
    }

    private static MapEntry ConvertEntry(YamlNode key, YamlNode value, string file) =>
        new((key as YamlScalarNode)?.Value ?? key.ToString(), Locate(key.Start, file), Convert(value, file));

    private static SourceLocation Locate(Mark mark, string file) => new(file, mark.Line, mark.Column);
}
