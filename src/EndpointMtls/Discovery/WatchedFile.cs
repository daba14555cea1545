using System.Collections.Immutable;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using EndpointMtls.Files;

namespace EndpointMtls.Discovery;

/// <summary>One target file. Unusable content keeps the targets of the last usable content. Not thread-safe.</summary>
internal sealed class WatchedFile(string path, TargetFileReader reader, TimeProvider timeProvider)
{
    // A file can have thousands of errors, and all are in one log entry.
    private const int MaxListedErrors = 10;

    private readonly FileMonitor _monitor = new(new FileSet([path], [], TargetFileReader.Rules), timeProvider);
    private readonly RefreshTime _lastSuccess = new(timeProvider);

    public string Path => path;

    /// <summary>The last state; <see langword="null"/> if the file is new, and its quiet period has not ended.</summary>
    public TargetFile? State { get; private set; }

    /// <summary>Whether the file does not exist.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>Whether the file is being written: check it again after <see cref="FileMonitor.QuietPeriod"/>.</summary>
    public bool IsChanging { get; private set; }

    public void ReadFirst()
    {
        ReadResult? result = null;
        _monitor.ReadFirst(content => (result = Read(content[path])).Error is null);
        Apply(result!);
    }

    public void Check(bool force)
    {
        var check = _monitor.Check(force);
        IsChanging = check.IsChanging && !_monitor.HasTimedOut;
        if (check.Content is { } content && (check.HasChanged || State?.Error is not null))
        {
            Apply(Read(content[path]));
        }
        else if (check.IsChanging && !IsChanging)
        {
            Apply(ReadResult.Failed(path, "does not stop changing", "Write it to a temporary name first, then rename it"));
        }
        else if (!check.IsChanging && State is { IsUsable: true })
        {
            _lastSuccess.Set();
        }
    }

    private ReadResult Read(FileContent content)
    {
        if (content.Problem is { } problem)
        {
            return ReadResult.Failed(path, problem.Message, problem.Fix) with { IsMissing = problem.IsMissing };
        }

        var errors = new ConfigurationErrors();
        var groups = reader.Read(content.Bytes, path, errors);
        var error = Summarise(errors);

        // If all targets are invalid, the file is as good as unreadable, and the earlier targets are better than none.
        return error is null || (errors.Count == 0 && groups.Any(group => group.Targets.Length > 0))
            ? new ReadResult(groups, error, IsUsable: true)
            : new ReadResult([], error);
    }

    private static string? Summarise(ConfigurationErrors errors)
    {
        var all = errors.Errors.Concat(errors.Warnings).Take(MaxListedErrors + 1).Select(error => error.ToString()).ToList();
        return all.Count == 0 ? null : string.Join(' ', all.Count <= MaxListedErrors ? all : [.. all.SkipLast(1), "… and more."]);
    }

    private void Apply(ReadResult result)
    {
        IsMissing = result.IsMissing;
        if (result.IsUsable)
        {
            _lastSuccess.Set();
        }

        var groups = result.Groups;
        if (State is { } before && (result.IsUsable ? before.Lists(groups) : !IsMissing))
        {
            groups = before.Groups;
        }

        // An equal state keeps its identity.
        var next = new TargetFile(path, groups, _lastSuccess, result.Error, result.IsUsable);
        State = next == State ? State : next;
    }

    /// <summary>The groups of a file, and its errors.</summary>
    private sealed record ReadResult(ImmutableArray<TargetGroup> Groups, string? Error, bool IsUsable = false, bool IsMissing = false)
    {
        public static ReadResult Failed(string path, string problem, string fix)
        {
            var errors = new ConfigurationErrors();
            errors.Add(ErrorCode.UnusableFile, path, null, problem, fix);
            return new ReadResult([], errors.ToString());
        }
    }
}
