using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>The keys that may stand together, and what to say of others: where they belong, or what was probably meant.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Example">What to write, for whoever wrote no keys at all.</param>
/// <param name="Elsewhere">Keys that are known in other places, and the way there.</param>
internal sealed record KeyGroup(string[] Keys, string? Example, params (string[] Keys, string Way)[] Elsewhere)
{
    private string KnownKeys => $"Known keys: {string.Join(", ", Keys)}";

    /// <summary>What to do about a key that is none of these.</summary>
    public string FixFor(string key) =>
        Elsewhere.FirstOrDefault(other => other.Keys.Contains(key)).Way
        ?? (Suggestions.Closest(key, Keys) is { } meant ? $"Did you mean '{meant}'?" : KnownKeys);

    /// <summary>What to do about something that has no keys.</summary>
    public string FixForShape => Example ?? KnownKeys;
}
