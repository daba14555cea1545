using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Reporting;

/// <summary>One part of the results.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Text">How it was measured, and the figures, in Markdown.</param>
/// <param name="Findings">What follows from them.</param>
internal sealed record Section(string Title, string Text, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether it could not be measured; the text says why.</summary>
    public bool IsMissing { get; init; }
}
