namespace Querier.Demo;

/// <summary>A certificate with the intermediates that lead to its root, and its key, in PEM.</summary>
internal sealed record DemoCertificate(string Chain, string Key, string SerialNumber);
