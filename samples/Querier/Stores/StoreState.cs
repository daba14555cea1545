using EndpointMtls;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>What is known of a store: what it last announced, and how the last health check went.</summary>
internal sealed record StoreState
{
    /// <summary>Before the first answer: it may hold anything.</summary>
    public static readonly StoreState Unknown = new();

    /// <summary>Null before the first health check has ended.</summary>
    public DateTimeOffset? LastAttempt { get; init; }

    /// <summary>The last health check that went well.</summary>
    public DateTimeOffset? LastCheck { get; init; }

    /// <summary>Null while the store is healthy.</summary>
    public StoreFailure? Failure { get; init; }

    public string? LastError => Failure?.Message;

    public ConnectionFailureReason? Reason => Failure?.Reason;

    public string Component { get; init; } = "store";

    public IReadOnlyList<IReadOnlyDictionary<string, string>> LabelSets { get; init; } = [];

    public long MinTime { get; init; } = long.MinValue;

    public long MaxTime { get; init; } = long.MaxValue;

    public bool IsUp => LastAttempt is not null && Failure is null;

    public string Name => LastAttempt is null ? "UNKNOWN" : IsUp ? "UP" : "DOWN";

    public static StoreState Answered(InfoResponse answer, DateTimeOffset now) => new()
    {
        LastAttempt = now,
        LastCheck = now,
        Component = answer.ComponentType.Length > 0 ? answer.ComponentType.ToLowerInvariant() : "store",
        LabelSets = [.. answer.LabelSets.Select(set => set.Labels.ToDictionary(label => label.Name, label => label.Value))],
        MinTime = answer.Store?.MinTime ?? long.MinValue,
        MaxTime = answer.Store?.MaxTime ?? long.MaxValue,
    };

    /// <summary>What the store last announced stays.</summary>
    public StoreState Failed(StoreFailure failure, DateTimeOffset now) =>
        this with { LastAttempt = now, Failure = failure };
}
