namespace Querier.Stores;

/// <summary>The merged results of the queried stores.</summary>
/// <param name="Items">The results, store by store.</param>
/// <param name="Warnings">Which data is missing, and why.</param>
internal sealed record StoreAnswer<T>(IReadOnlyList<T> Items, IReadOnlyList<string> Warnings);
