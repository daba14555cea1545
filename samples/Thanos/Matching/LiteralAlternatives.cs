using System.Buffers;
using System.Text;

namespace Thanos.Matching;

/// <summary>Reads patterns without operators other than <c>|</c>, such as <c>a|b\.c</c> or <c>(a|b)</c>: a set of values.</summary>
internal static class LiteralAlternatives
{
    private static readonly SearchValues<char> Operators = SearchValues.Create(".+*?()[]{}^$");

    /// <returns>The values; null if the pattern has operators.</returns>
    public static HashSet<string>? TryRead(string pattern)
    {
        var body = pattern switch
        {
            ['(', '?', ':', .. var group, ')'] => group,
            ['(', .. var group, ')'] => group,
            _ => pattern,
        };
        var values = new HashSet<string>(StringComparer.Ordinal);
        var value = new StringBuilder();
        for (var i = 0; i < body.Length; i++)
        {
            switch (body[i])
            {
                case '|':
                    values.Add(value.ToString());
                    value.Clear();
                    break;
                case '\\' when i + 1 < body.Length && char.IsAscii(body[i + 1]) && (char.IsPunctuation(body[i + 1]) || char.IsSymbol(body[i + 1])):
                    value.Append(body[++i]);
                    break;
                case '\\':
                case var other when Operators.Contains(other):
                    return null;
                case var literal:
                    value.Append(literal);
                    break;
            }
        }

        values.Add(value.ToString());
        return values;
    }
}
