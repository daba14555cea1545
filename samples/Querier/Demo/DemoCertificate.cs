namespace Querier.Demo;

/// <summary>A certificate with its intermediate certificates, and its private key, in PEM.</summary>
internal sealed record DemoCertificate(string Chain, string Key, string SerialNumber);
