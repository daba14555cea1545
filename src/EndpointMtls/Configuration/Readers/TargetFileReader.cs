using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads target files in the file_sd format of Prometheus, and reports every error.</summary>
/// <remarks>
/// A target or a label that is invalid by itself is a warning, and is left out. Anything else, such as an unknown key, is an error:
/// how many targets it hides is not known.
/// </remarks>
internal sealed partial class TargetFileReader(RealmDefinition realm)
{
    private const string Example = $"Write '[{{\"{ConfigKeys.Targets}\": [\"host:port\"]}}]'";

    /// <summary>The rules of a target file.</summary>
    public static readonly FileRules Rules = new(
        YamlText.Rules.MaxBytes,
        "Split it: a path such as 'targets-*.json' matches several files",
        "Write '[]' if there are no targets; otherwise check the path, and the program that writes the file");

    /// <param name="content">The content of the file.</param>
    /// <param name="path">The path, as errors show it. With the extension <c>.json</c> the format is JSON, otherwise YAML.</param>
    /// <param name="errors">Receives errors and warnings. If there are errors, do not use the result.</param>
    public ImmutableArray<TargetGroup> Read(ReadOnlySpan<byte> content, string path, ConfigurationErrors errors)
    {
        try
        {
            return Read(Compose(content, path), path, errors);
        }
        catch (DocumentException problem)
        {
            errors.Add(ErrorCode.InvalidDocument, path, problem.Location, problem.Message, problem.Fix);
            return [];
        }
    }

    private static ConfigNode? Compose(ReadOnlySpan<byte> content, string path) =>
        Rules.ProblemOf(content.Length) is { } problem ? throw new DocumentException(problem.Message, null, problem.Fix)
        : path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? JsonComposer.Compose(content, path)
        : YamlComposer.Compose(YamlText.Decode(content, path), path);

    private ImmutableArray<TargetGroup> Read(ConfigNode? root, string path, ConfigurationErrors errors)
    {
        if (root is null or { IsBlank: true })
        {
            errors.Add(ErrorCode.InvalidDocument, path, null, "is empty", "Write '[]' if there are no targets");
        }
        else if (OtherTargetFormats.Recognise(root) is var (what, fix))
        {
            errors.Add(ErrorCode.WrongDocument, path, root.Location, what, fix);
        }
        else if (root is ListNode list)
        {
            var source = ConfigSource.OfYaml(path);
            var items = list.Items.TakeWhile(_ => !errors.IsFull);
            return [.. items.Select((group, index) => ReadGroup(group, new RealmOrigin($"groups[{index}]"), source, errors))];
        }
        else
        {
            errors.Add(
                ErrorCode.WrongType, path, root.Location, $"must be a list of target groups, not {root.Kind}", Example);
        }

        return [];
    }

    private TargetGroup ReadGroup(ConfigNode node, RealmOrigin origin, ConfigSource source, ConfigurationErrors errors)
    {
        var reader = new NodeReader(errors, origin, source);
        var targets = new List<EndpointTarget>();
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        reader.ReadMap(node, key: "", KeyGroups.TargetGroup, (key, entry) =>
        {
            switch (entry.Key, entry.Value)
            {
                case (_, NullNode):
                    break;
                case (ConfigKeys.Targets, ListNode list):
                    reader.ReadList(list, key, targets, (path, item) => ReadTarget(item, path, reader));
                    break;
                case (ConfigKeys.Targets, var other):
                    reader.AddError(ErrorCode.WrongType, key, $"must be a list, not {other.Kind}", "Write '[\"host:port\"]'");
                    break;
                default:
                    ReadLabels(entry.Value, key, origin, reader, labels);
                    break;
            }
        });
        return new TargetGroup([.. targets], labels);
    }

    private EndpointTarget? ReadTarget(ConfigNode node, string key, NodeReader reader)
    {
        if (ReadText(node, key, reader) is not { } text)
        {
            return null;
        }

        if (!EndpointTarget.TryParse(text, out var target, out var problem))
        {
            reader.AddWarning(ErrorCode.InvalidValue, key, $"'{Snippet.Truncate(text)}' is not an address: {problem}");
        }
        else if (target is StaticTarget { Address: var address, UsesTls: var usesTls }
            && realm.FindTlsConflict(text, address, usesTls) is var (what, fix))
        {
            reader.AddWarning(ErrorCode.Conflict, key, what, fix);
            return null;
        }

        return target;
    }

    private static void ReadLabels(ConfigNode node, string key, RealmOrigin origin, NodeReader reader, Dictionary<string, string> labels)
    {
        if (node is not MapNode map)
        {
            reader.AddWarning(
                ErrorCode.WrongType, key, $"must be a mapping, not {node.Kind}", "Write '{\"name\": \"value\"}'");
            return;
        }

        foreach (var (name, location, value) in map.Entries.Where(label => !IsInternal(label.Key)))
        {
            var path = $"{key}.{(name.Length == 0 ? "''" : Snippet.Truncate(name))}";
            origin.SetLocation(path, location);
            var isName = LabelName().IsMatch(name);
            if (!isName)
            {
                reader.AddWarning(
                    ErrorCode.InvalidValue, path, "is not a label name", "Use letters, digits and underscores, and no digit at the start");
            }

            if (ReadText(value, path, reader) is { } text && isName)
            {
                labels[name] = text;
            }
        }
    }

    // Prometheus uses such labels, for example __address__ and __meta_filepath, only until it has relabelled a target.
    private static bool IsInternal(string label) => label.StartsWith("__", StringComparison.Ordinal);

    private static string? ReadText(ConfigNode node, string key, NodeReader reader)
    {
        if (node is TextNode text)
        {
            return text.Text;
        }

        reader.AddWarning(
            ErrorCode.WrongType, key, $"must be a string, not {node.Kind}",
            node is LiteralNode ? "Put it in quotes" : "Write one value in quotes, or remove it");
        return null;
    }

    [GeneratedRegex(@"\A[a-zA-Z_][a-zA-Z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelName();
}
