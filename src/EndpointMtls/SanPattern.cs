using System.Diagnostics.CodeAnalysis;

namespace EndpointMtls;

/// <summary>Says which clients are meant by a name in their certificate. Immutable.</summary>
public sealed class SanPattern
{
    private readonly string _text;

    private SanPattern(string text) => _text = text;

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <exception cref="FormatException">It is none; the message says why, and what to write.</exception>
    public static SanPattern Parse(string text) =>
        TryParse(text, out var pattern, out var problem) ? pattern : throw new FormatException($"'{text}' is not a pattern: {problem}.");

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The pattern, if it is one.</param>
    /// <param name="problem">Otherwise, what is wrong with it.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SanPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = string.IsNullOrWhiteSpace(text) ? null : new SanPattern(text);
        problem = pattern is null ? "it is empty" : null;
        return pattern is not null;
    }

    /// <summary>Whether a client is meant.</summary>
    public bool Matches(VerifiedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.DnsNames.Contains(_text, StringComparer.OrdinalIgnoreCase) || client.SpiffeId == _text;
    }

    /// <summary>The pattern as it was written.</summary>
    public override string ToString() => _text;
}
