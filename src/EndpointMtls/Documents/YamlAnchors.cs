using EndpointMtls.Text;
using YamlDotNet.Core.Events;

namespace EndpointMtls.Documents;

/// <summary>Resolves the aliases of a document, and limits its size and depth after expansion. Not thread-safe.</summary>
internal sealed class YamlAnchors(string file)
{
    // A realm has four levels. Ten thousand endpoints, each with its own settings, have 200,000 nodes.
    private const int MaxDepth = 32;
    private const int MaxNodes = 500_000;

    // The entry is null while the value of the anchor is read.
    private readonly Dictionary<string, AnchoredNode?> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private int _maxDepthSeen;

    /// <summary>Returns the value of an anchor. The node is shared; the limits count it once for each alias.</summary>
    public ConfigNode Expand(AnchorAlias alias, int depth)
    {
        var name = Snippet.Truncate(alias.Value.Value);
        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw new DocumentException(
                $"there is no anchor '&{name}' before the alias '*{name}'", Locate(alias),
                "Look for a typo, or put the value in quotes if it begins with '*'");
        }

        if (anchored is null)
        {
            throw new DocumentException(
                $"the alias '*{name}' is inside the value of its own anchor", Locate(alias), "Replace the alias with its value");
        }

        Count(alias, anchored.Nodes, depth + anchored.Height);
        return anchored.Node;
    }

    /// <summary>Counts a node. Call <see cref="Close"/> after its value.</summary>
    public OpenNode Open(NodeEvent node, int depth)
    {
        var opened = new OpenNode(node.Anchor.IsEmpty ? null : node.Anchor.Value, depth, _nodes, _maxDepthSeen);
        _maxDepthSeen = depth;
        Count(node, 1, depth);
        if (opened.Name is not null)
        {
            _anchors[opened.Name] = null;
        }

        return opened;
    }

    /// <summary>Ends the value of a node. Aliases can then refer to its anchor.</summary>
    public void Close(OpenNode opened, ConfigNode node)
    {
        if (opened.Name is not null)
        {
            _anchors[opened.Name] = new AnchoredNode(node, _nodes - opened.NodesBefore, _maxDepthSeen - opened.Depth);
        }

        _maxDepthSeen = Math.Max(_maxDepthSeen, opened.MaxDepthBefore);
    }

    /// <exception cref="DocumentException">A limit is exceeded.</exception>
    private void Count(ParsingEvent current, int nodes, int depth)
    {
        _nodes += nodes;
        _maxDepthSeen = Math.Max(_maxDepthSeen, depth);
        if (depth > MaxDepth)
        {
            throw new DocumentException($"is nested more than {MaxDepth} levels deep", Locate(current), "Use fewer levels");
        }

        if (_nodes > MaxNodes)
        {
            throw new DocumentException(
                $"has more than {MaxNodes} values when its aliases are expanded", Locate(current), "Use fewer aliases");
        }
    }

    private SourceLocation Locate(ParsingEvent current) => new(file, current.Start.Line, current.Start.Column);

    /// <param name="Node">The value of the anchor.</param>
    /// <param name="Nodes">The number of nodes in the value.</param>
    /// <param name="Height">The number of levels below the value.</param>
    private sealed record AnchoredNode(ConfigNode Node, int Nodes, int Height);

    /// <summary>A node whose value is being composed.</summary>
    /// <param name="Name">The name of its anchor, if it has one.</param>
    /// <param name="Depth">The level of the node.</param>
    /// <param name="NodesBefore">The number of nodes before it.</param>
    /// <param name="MaxDepthBefore">The deepest level before it.</param>
    public readonly record struct OpenNode(string? Name, int Depth, int NodesBefore, int MaxDepthBefore);
}
