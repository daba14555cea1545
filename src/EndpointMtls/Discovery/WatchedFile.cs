using System.Collections.Immutable;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using EndpointMtls.Files;

namespace EndpointMtls.Discovery;

/// <summary>One file that lists targets. What it lists stays until it lists something else in order, or has gone. Not thread-safe.</summary>
internal sealed class WatchedFile(string path, TargetFileReader reader, TimeProvider timeProvider)
{
    private readonly FileMonitor _monitor = new(new FileSet([path], [], YamlText.MaxBytes), timeProvider);

    public string Path => path;

    /// <summary>The file as it was found last; <see langword="null"/> until it has stood still for the first time.</summary>
    public TargetFile? State { get; private set; }

    /// <summary>Whether there is no such file any more, or never was.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>Whether it is being written, so that another look will tell more.</summary>
    public bool IsChanging { get; private set; }

    public void ReadFirst()
    {
        Reading? reading = null;
        _monitor.ReadFirst(content => (reading = Read(content[path])).Error is null);
        Take(reading!);
    }

    public void Look(bool force)
    {
        var check = _monitor.Check(force);
        IsChanging = check.IsChanging && !_monitor.HasTimedOut;
        if (check.Content is { } content && (check.HasChanged || State?.Error is not null))
        {
            Take(Read(content[path]));
        }
        else if (check.IsChanging && !IsChanging)
        {
            Take(Reading.Of(path, "does not stop changing", "Write it to a temporary name first, then rename it"));
        }
    }

    private Reading Read(FileContent content)
    {
        if (content.Problem is { } problem)
        {
            // A link is there even if what it leads to is not.
            var isMissing = problem.IsMissing && !IsLink();
            return Reading.Of(path, problem.IsMissing && !isMissing ? "is a link to a file that does not exist" : problem.Message, problem.Fix) with { IsMissing = isMissing };
        }

        var errors = new ConfigurationErrors();
        var groups = reader.Read(content.Bytes, path, errors);
        return errors.Count == 0 ? new Reading(groups, null) : new Reading([], errors.ToString());
    }

    private void Take(Reading reading)
    {
        IsMissing = reading.IsMissing;
        var keepsAll = reading.Error is not null ? !IsMissing : State is { LoadedAt: not null } && State.Lists(reading.Groups);
        var now = timeProvider.GetUtcNow();
        var next = new TargetFile(
            path,
            keepsAll ? State?.Groups ?? [] : reading.Groups,
            keepsAll ? State?.LoadedAt : reading.Error is null ? now : null,
            reading.Error,
            reading.Error is null ? null : State?.ErrorSince ?? now);

        // What is the same stays the same object.
        State = next == State ? State : next;
    }

    private bool IsLink()
    {
        try
        {
            return new FileInfo(path).LinkTarget is not null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What the file holds, or why that is of no use.</summary>
    private sealed record Reading(ImmutableArray<TargetGroup> Groups, string? Error, bool IsMissing = false)
    {
        public static Reading Of(string path, string what, string fix)
        {
            var errors = new ConfigurationErrors();
            errors.Add(ErrorCode.UnusableFile, path, null, what, fix);
            return new Reading([], errors.ToString());
        }
    }
}
