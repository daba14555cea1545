using EndpointMtls.Documents;
using EndpointMtls.Files;

namespace EndpointMtls.Discovery;

/// <summary>A pattern, and what has kept its folder from being listed for as long as a change must stand. Not thread-safe.</summary>
internal sealed class WatchedPattern(string path, TimeProvider timeProvider)
{
    private readonly TargetPattern _pattern = new(path);
    private long? _failingSince;

    public string FullPath => _pattern.FullPath;

    public bool IsLiteral => _pattern.IsLiteral;

    /// <summary>What is wrong; <see langword="null"/> if nothing is.</summary>
    public TargetFile? State { get; private set; }

    /// <summary>Whether the folder could not be listed just now, which may pass.</summary>
    public bool IsChanging { get; private set; }

    public bool Matches(string path) => _pattern.Matches(path);

    /// <summary>The files there are; none, if the folder cannot be listed.</summary>
    /// <param name="isFirst">Whether it is too early to wait for anything to pass.</param>
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
                Fail(problem);
            }

            return [];
        }
    }

    private void Fail(FileException problem)
    {
        var errors = new ConfigurationErrors();
        errors.Add(ErrorCode.UnusableFile, FullPath, null, problem.Message, problem.Fix);
        if (errors.ToString() is var error && error != State?.Error)
        {
            State = new TargetFile(FullPath, [], LoadedAt: null, error, State?.ErrorSince ?? timeProvider.GetUtcNow());
        }
    }
}
