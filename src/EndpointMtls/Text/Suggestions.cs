namespace EndpointMtls.Text;

/// <summary>Suggests known words for an unknown one.</summary>
internal static class Suggestions
{
    /// <summary>Returns the candidate with the smallest edit distance, ignoring case.</summary>
    /// <returns><see langword="null"/> if the distance is more than half of the longer text.</returns>
    public static string? Closest(string text, IEnumerable<string> candidates) =>
        candidates
            .Where(candidate => IsNear(Math.Abs(candidate.Length - text.Length), text, candidate))
            .Select(candidate => (candidate, distance: Distance(text.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(x => IsNear(x.distance, text, x.candidate))
            .OrderBy(x => x.distance)
            .Select(x => x.candidate)
            .FirstOrDefault();

    /// <summary>The fix that lists all valid values.</summary>
    public static string OneOf(IReadOnlyCollection<string> values) => values.Count > 2
        ? $"Use one of '{string.Join("', '", values)}'"
        : $"Use '{string.Join("' or '", values)}'";

    // The difference in length is a lower bound of the distance. Comparing it first skips the cost for a key of a megabyte.
    private static bool IsNear(int distance, string text, string candidate) => distance * 2 <= Math.Max(text.Length, candidate.Length);

    /// <summary>The Levenshtein distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, substitution);
            }
        }

        return row[^1];
    }
}
