using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>The known keys of a map, and the fixes for unknown ones. Immutable.</summary>
/// <param name="Keys">The known keys.</param>
/// <param name="Example">The fix if the value is not a map; <see langword="null"/> to list the known keys.</param>
/// <param name="Misplaced">Keys that are known elsewhere, with the fix for each.</param>
internal sealed record KeyGroup(string[] Keys, string? Example, params (string[] Keys, string Fix)[] Misplaced)
{
    /// <summary>The fix for <see cref="MissingSpace"/>.</summary>
    public const string PutSpace = "Put a space after the colon";

    private string KnownKeys => $"Known keys: {string.Join(", ", Keys)}";

    /// <summary>Returns the problem of an unknown key, and the fix.</summary>
    public (string Problem, string Fix) Explain(string key)
    {
        if (FindJoinedKey(key) is { } joined)
        {
            return ($"unknown key: {MissingSpace(joined)}", PutSpace);
        }

        if (key.StartsWith("//", StringComparison.Ordinal))
        {
            return ("unknown key: a comment begins with '#'", "Write '#' in place of '//'");
        }

        var mistake = TextMistake.Find(key);
        var fix = Misplaced.FirstOrDefault(other => other.Keys.Contains(key)).Fix
            ?? (Suggestions.Closest(key, Keys) is { } meant ? $"Did you mean '{meant}'?" : mistake?.Fix ?? KnownKeys);
        return (mistake is null ? "unknown key" : $"unknown key: {mistake.Problem}", fix);
    }

    /// <summary>Returns the known key at the start of a text such as <c>ca_file:ca.crt</c>, in which YAML finds no key.</summary>
    public string? FindJoinedKey(string text) => Array.Find(
        Keys, key => text.Length > key.Length + 1 && text[key.Length] == ':' && text[key.Length + 1] != ' '
            && text.StartsWith(key, StringComparison.Ordinal));

    /// <summary>The problem of a key that <see cref="FindJoinedKey"/> returns.</summary>
    public static string MissingSpace(string key) => $"there is no space after '{key}:'";

    /// <summary>The fix for a value that is not a map.</summary>
    public string FixForWrongType => Example ?? KnownKeys;
}
