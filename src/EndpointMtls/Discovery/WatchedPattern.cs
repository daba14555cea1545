using EndpointMtls.Documents;
using EndpointMtls.Files;

namespace EndpointMtls.Discovery;

/// <summary>
/// A pattern, and its error: it matches no file, or its folder cannot be listed. An error is ignored until its quiet period has ended.
/// Not thread-safe.
/// </summary>
internal sealed class WatchedPattern(string path, TimeProvider timeProvider)
{
    private readonly TargetPattern _pattern = new(path);
    private readonly RefreshTime _lastSuccess = new(timeProvider);
    private long? _failingSince;

    public string FullPath => _pattern.FullPath;

    public bool IsLiteral => _pattern.IsLiteral;

    /// <summary>The error; <see langword="null"/> if files match.</summary>
    public TargetFile? State { get; private set; }

    /// <summary>Whether no files could be listed, and the quiet period has not ended.</summary>
    public bool IsChanging { get; private set; }

    public bool Matches(string path) => _pattern.Matches(path);

    /// <summary>Lists the files that match now; empty if there are none, or the folder cannot be listed.</summary>
    /// <param name="isFirst">Whether an error is used at once, without a quiet period.</param>
    public IReadOnlyList<string> List(bool isFirst)
    {
        try
        {
            var paths = _pattern.List();
            if (paths.Count == 0)
            {
                throw new FileException("matches no file", "Check the path, or write a file with '[]' if there are no targets");
            }

            (State, _failingSince, IsChanging) = (null, null, false);
            _lastSuccess.Set();
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
            State = new TargetFile(FullPath, [], _lastSuccess, error, IsUsable: false);
        }
    }
}
