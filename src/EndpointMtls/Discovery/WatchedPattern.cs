using EndpointMtls.Documents;
using EndpointMtls.Files;

namespace EndpointMtls.Discovery;

/// <summary>A pattern, and the error of its folder. An error is ignored until its quiet period has ended. Not thread-safe.</summary>
internal sealed class WatchedPattern(string path, TimeProvider timeProvider)
{
    private readonly TargetPattern _pattern = new(path);
    private long? _failingSince;

    public string FullPath => _pattern.FullPath;

    public bool IsLiteral => _pattern.IsLiteral;

    /// <summary>The error of the folder; <see langword="null"/> if it can be listed.</summary>
    public TargetFile? State { get; private set; }

    /// <summary>Whether the folder could not be listed, and the quiet period has not ended.</summary>
    public bool IsChanging { get; private set; }

    public bool Matches(string path) => _pattern.Matches(path);

    /// <summary>Lists the files that match now; empty if the folder cannot be listed.</summary>
    /// <param name="isFirst">Whether an error is used at once, without a quiet period.</param>
    public IReadOnlyList<string> List(bool isFirst)
    {
        try
        {
            var paths = _pattern.List();
            (State, _failingSince, IsChanging) = (null, null, false);
            return paths;
        }
        catch (FileException problem)
        {
            _failingSince ??= timeProvider.GetTimestamp();
            IsChanging = !isFirst && State is null && timeProvider.GetElapsedTime(_failingSince.Value) < FileMonitor.QuietPeriod;
            if (!IsChanging)
            {
                SetError(problem);
            }

            return [];
        }
    }

    private void SetError(FileException problem)
    {
        var errors = new ConfigurationErrors();
        errors.Add(ErrorCode.UnusableFile, FullPath, null, problem.Message, problem.Fix);
        if (errors.ToString() is var error && error != State?.Error)
        {
            State = new TargetFile(FullPath, [], LoadedAt: null, error, State?.ErrorSince ?? timeProvider.GetUtcNow());
        }
    }
}
