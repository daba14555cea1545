namespace EndpointMtls.Configuration;

/// <summary>Finds what was probably meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate that needs the fewest edits, if they are at most half of the text. Case does not count.</summary>
    public static string? To(string text, IEnumerable<string> candidates) =>
        candidates
            .Select(candidate => (candidate, distance: Distance(text.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(x => x.distance * 2 <= Math.Max(text.Length, x.candidate.Length))
            .OrderBy(x => x.distance)
            .Select(x => x.candidate)
            .FirstOrDefault();

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
