using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>The known keys of a map, and the fixes for unknown ones. Immutable.</summary>
/// <param name="Keys">The known keys.</param>
/// <param name="Example">The fix if the value is not a map; <see langword="null"/> to list the known keys.</param>
/// <param name="Misplaced">Keys that are known elsewhere, with the fix for each.</param>
internal sealed record KeyGroup(string[] Keys, string? Example, params (string[] Keys, string Fix)[] Misplaced)
{
    private string KnownKeys => $"Known keys: {string.Join(", ", Keys)}";

    /// <summary>Returns the fix for an unknown key.</summary>
    public string FixFor(string key) =>
        Misplaced.FirstOrDefault(other => other.Keys.Contains(key)).Fix
        ?? (Suggestions.Closest(key, Keys) is { } meant ? $"Did you mean '{meant}'?" : KnownKeys);

    /// <summary>The fix for a value that is not a map.</summary>
    public string FixForWrongType => Example ?? KnownKeys;
}
