using System.Collections.Immutable;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using EndpointMtls.Files;

namespace EndpointMtls.Discovery;

/// <summary>One target file. Invalid content keeps the targets of the last valid content. Not thread-safe.</summary>
internal sealed class WatchedFile(string path, TargetFileReader reader, TimeProvider timeProvider)
{
    private readonly FileMonitor _monitor = new(new FileSet([path], [], TargetFileReader.Rules), timeProvider);

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
    }

    private ReadResult Read(FileContent content)
    {
        if (content.Problem is { } problem)
        {
            return ReadResult.Failed(path, problem.Message, problem.Fix) with { IsMissing = problem.IsMissing };
        }

        var errors = new ConfigurationErrors();
        var groups = reader.Read(content.Bytes, path, errors);
        return errors.Count == 0 ? new ReadResult(groups, null) : new ReadResult([], errors.ToString());
    }

    private void Apply(ReadResult result)
    {
        IsMissing = result.IsMissing;
        var keepsGroups = result.Error is not null ? !IsMissing : State is { LoadedAt: not null } && State.Lists(result.Groups);
        var now = timeProvider.GetUtcNow();
        var next = new TargetFile(
            path,
            keepsGroups ? State?.Groups ?? [] : result.Groups,
            keepsGroups ? State?.LoadedAt : result.Error is null ? now : null,
            result.Error,
            result.Error is null ? null : State?.ErrorSince ?? now);

        // An equal state keeps its identity.
        State = next == State ? State : next;
    }

    /// <summary>The groups of a file, or its error.</summary>
    private sealed record ReadResult(ImmutableArray<TargetGroup> Groups, string? Error, bool IsMissing = false)
    {
        public static ReadResult Failed(string path, string problem, string fix)
        {
            var errors = new ConfigurationErrors();
            errors.Add(ErrorCode.UnusableFile, path, null, problem, fix);
            return new ReadResult([], errors.ToString());
        }
    }
}
