using EndpointMtls.Text;
using YamlDotNet.Core.Events;

namespace EndpointMtls.Documents;

/// <summary>The anchors of a document, and how much of it there is once every alias is written out.</summary>
internal sealed class YamlAnchors(string file)
{
    // A realm is four levels deep. Ten thousand endpoints with settings of their own have 200,000 nodes.
    private const int MaxDepth = 32;
    private const int MaxNodes = 500_000;

    // Nothing stands for an anchor within whose value we are.
    private readonly Dictionary<string, Anchored?> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private int _deepest;

    /// <summary>The value of an anchor. It is shared, and counted as if it were not.</summary>
    public ConfigNode Expand(AnchorAlias alias, int depth)
    {
        var name = Snippet.Truncate(alias.Value.Value);
        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw new DocumentProblem($"there is no anchor '&{name}' before the alias '*{name}'", Locate(alias), "Look for a typo, or put the value in quotes if it begins with '*'");
        }

        if (anchored is null)
        {
            throw new DocumentProblem($"the alias '*{name}' stands within the value of its own anchor", Locate(alias), "Write the value out");
        }

        Admit(alias, anchored.Nodes, depth + anchored.Height);
        return anchored.Node;
    }

    /// <summary>Counts a node, and begins its value.</summary>
    public Opened Open(NodeEvent node, int depth)
    {
        var opened = new Opened(node.Anchor.IsEmpty ? null : node.Anchor.Value, depth, _nodes, _deepest);
        _deepest = depth;
        Admit(node, 1, depth);
        if (opened.Name is not null)
        {
            _anchors[opened.Name] = null;
        }

        return opened;
    }

    /// <summary>Ends the value of a node, which its anchor now stands for.</summary>
    public void Close(Opened opened, ConfigNode node)
    {
        if (opened.Name is not null)
        {
            _anchors[opened.Name] = new Anchored(node, _nodes - opened.NodesBefore, _deepest - opened.Depth);
        }

        _deepest = Math.Max(_deepest, opened.DeepestBefore);
    }

    private void Admit(ParsingEvent here, int nodes, int depth)
    {
        _nodes += nodes;
        _deepest = Math.Max(_deepest, depth);
        if (depth > MaxDepth)
        {
            throw new DocumentProblem($"nested more than {MaxDepth} levels deep", Locate(here), "Four are enough");
        }

        if (_nodes > MaxNodes)
        {
            throw new DocumentProblem($"has more than {MaxNodes} values when its aliases are written out", Locate(here), "Use fewer aliases");
        }
    }

    private SourceLocation Locate(ParsingEvent here) => new(file, here.Start.Line, here.Start.Column);

    private sealed record Anchored(ConfigNode Node, int Nodes, int Height);

    /// <summary>A value that is being composed.</summary>
    public readonly record struct Opened(string? Name, int Depth, int NodesBefore, int DeepestBefore);
}
