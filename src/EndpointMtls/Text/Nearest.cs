namespace EndpointMtls.Text;

/// <summary>Finds what was probably meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate that needs the fewest edits, if they are at most half of the text. Case does not count.</summary>
    public static string? To(string text, IEnumerable<string> candidates) =>
        candidates
            .Where(candidate => IsNear(Math.Abs(candidate.Length - text.Length), text, candidate))
            .Select(candidate => (candidate, distance: Distance(text.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(x => IsNear(x.distance, text, x.candidate))
            .OrderBy(x => x.distance)
            .Select(x => x.candidate)
            .FirstOrDefault();

    // The difference in length is the least distance possible: with it, nobody waits for a key of a megabyte.
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
