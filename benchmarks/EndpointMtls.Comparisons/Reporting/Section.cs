using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Reporting;

/// <summary>One part of the results.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Text">The method and the figures, in Markdown.</param>
/// <param name="Findings">The rows of the results.</param>
internal sealed record Section(string Title, string Text, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether it could not be measured. The text has the reason.</summary>
    public bool IsMissing { get; init; }
}
