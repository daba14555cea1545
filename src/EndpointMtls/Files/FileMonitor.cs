using System.Collections.Immutable;

namespace EndpointMtls.Files;

/// <summary>Reads a set of files again whenever it may have changed, and says whether it has. Not thread-safe.</summary>
internal sealed class FileMonitor(FileSet files, TimeProvider timeProvider)
{
    /// <summary>For how long a change must have stood: a file written in pieces can look whole between two of them.</summary>
    public static readonly TimeSpan QuietPeriod = TimeSpan.FromMilliseconds(100);

    // Some file systems keep time in whole seconds: within two, equal stamps prove nothing.
    private static readonly TimeSpan RacyTime = TimeSpan.FromSeconds(2);

    // Tools that put times back (cp -p, tar) can change a file beneath its stamp.
    private static readonly TimeSpan RehashInterval = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(5);
    private const int FirstAttempts = 3;

    private readonly Debouncer _debouncer = new(timeProvider);

    // Not the content itself: there are keys in it.
    private string? _hash;
    private bool _stampsAreProof;
    private long _readAt;

    /// <summary>The files as they were read last. Before the first time there are none: what is found then has come in between.</summary>
    public ImmutableArray<(string Path, FileStamp? Stamp)> Stamps { get; private set; } = [];

    /// <summary>Whether changes have kept each other from counting for so long that somebody should know.</summary>
    public bool HasTimedOut => _debouncer.HasTimedOut;

    /// <summary>Reads the files for the first time. If a writer seems to be at work, gives it a moment for as long as they do not fit.</summary>
    /// <param name="fits">Whether the content is of use.</param>
    public FileSetContent ReadFirst(Func<FileSetContent, bool> fits)
    {
        for (var attempt = 1; ; attempt++)
        {
            var content = Remember(files.Read(timeProvider));
            if ((fits(content) && !content.IsMoving) || attempt == FirstAttempts || _stampsAreProof)
            {
                return content;
            }

            SpinWait.SpinUntil(() => !Stamps.SequenceEqual(files.Stamp()), FirstPatience);
        }
    }

    /// <summary>Reads the files if anything speaks for a change.</summary>
    /// <param name="force">Reads them whatever their stamps say.</param>
    public FileCheck Check(bool force)
    {
        if (!force && _stampsAreProof && timeProvider.GetElapsedTime(_readAt) < RehashInterval && Stamps.SequenceEqual(files.Stamp()))
        {
            _debouncer.Reset();
            return new FileCheck();
        }

        var content = files.Read(timeProvider);
        if (content.Hash == _hash)
        {
            return new FileCheck(Remember(content));
        }

        // A file that has left a folder has no age, and may be about to come back.
        var hasSameFiles = content.Stamps.Select(file => file.Path).SequenceEqual(Stamps.Select(file => file.Path));
        if (!_debouncer.Accepts(content, mayBeOld: hasSameFiles))
        {
            return new FileCheck(IsChanging: true);
        }

        return new FileCheck(Remember(content), HasChanged: true);
    }

    private FileSetContent Remember(FileSetContent content)
    {
        _debouncer.Reset();
        _readAt = timeProvider.GetTimestamp();
        _stampsAreProof = !content.IsYoungerThan(RacyTime);
        (_hash, Stamps) = (content.Hash, [.. content.Stamps]);
        return content;
    }
}

/// <summary>What a check has found.</summary>
/// <param name="Content">The content, if it was read.</param>
/// <param name="HasChanged">Whether it differs from the content before.</param>
/// <param name="IsChanging">Whether something is being written: check again after <see cref="FileMonitor.QuietPeriod"/>.</param>
internal sealed record FileCheck(FileSetContent? Content = null, bool HasChanged = false, bool IsChanging = false);
