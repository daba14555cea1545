namespace Querier.Stores;

/// <summary>What the stores that were asked have answered together.</summary>
/// <param name="Items">The answers, store after store.</param>
/// <param name="Warnings">What is missing, and why.</param>
internal sealed record StoreAnswer<T>(IReadOnlyList<T> Items, IReadOnlyList<string> Warnings);
