using System.Collections.Immutable;

namespace EndpointMtls.Files;

/// <summary>Detects changes of a set of files. Reads them only when their stamps differ or cannot be trusted. Not thread-safe.</summary>
/// <remarks><see cref="Debouncer"/> decides when a change has lasted for the quiet period, and when it has taken too long.</remarks>
internal sealed class FileMonitor(FileSet files, TimeProvider timeProvider)
{
    /// <summary>The time that a change must last before it is reported. A file that is still being written may look complete.</summary>
    public static readonly TimeSpan QuietPeriod = TimeSpan.FromMilliseconds(100);

    // Some file systems store times in whole seconds. A file that is younger than this may change without a new stamp.
    private static readonly TimeSpan UntrustedAge = TimeSpan.FromSeconds(2);

    // Tools that restore times, such as cp -p and tar, can change a file without a new stamp.
    private static readonly TimeSpan RehashInterval = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstReadTimeout = TimeSpan.FromMilliseconds(5);
    private const int FirstAttempts = 3;

    private readonly Debouncer _debouncer = new(timeProvider);

    // The hash and not the content, which may contain private keys.
    private string? _hash;
    private bool _canTrustStamps;
    private long _readAt;

    /// <summary>The files and their stamps at the last accepted read; empty before <see cref="ReadFirst"/>.</summary>
    public ImmutableArray<(string Path, FileStamp? Stamp)> Stamps { get; private set; } = [];

    /// <inheritdoc cref="Debouncer.HasTimedOut"/>
    public bool HasTimedOut => _debouncer.HasTimedOut;

    /// <summary>Reads the files for the first time.</summary>
    /// <remarks>
    /// If the content is unusable and the files are young, a writer may be active. The method then waits up to 5 ms for a change and
    /// reads again, at most three times in all.
    /// </remarks>
    /// <param name="isUsable">Returns whether the content is valid and consistent.</param>
    public FileSetContent ReadFirst(Func<FileSetContent, bool> isUsable)
    {
        for (var attempt = 1; ; attempt++)
        {
            var content = Accept(files.Read(timeProvider));
            if ((isUsable(content) && !content.ChangedDuringRead) || attempt == FirstAttempts || _canTrustStamps)
            {
                return content;
            }

            SpinWait.SpinUntil(() => !Stamps.SequenceEqual(files.Stamp()), FirstReadTimeout);
        }
    }

    /// <summary>Checks the files for changes.</summary>
    /// <param name="force">Whether to read the files even if their stamps are the same.</param>
    public FileCheck Check(bool force)
    {
        if (!force && _canTrustStamps && timeProvider.GetElapsedTime(_readAt) < RehashInterval && Stamps.SequenceEqual(files.Stamp()))
        {
            _debouncer.Reset();
            return new FileCheck();
        }

        var content = files.Read(timeProvider);
        if (content.Hash == _hash)
        {
            return new FileCheck(Accept(content));
        }

        // A removed file has no age, and may be about to be replaced.
        var hasSameFiles = content.Stamps.Select(file => file.Path).SequenceEqual(Stamps.Select(file => file.Path));
        if (!_debouncer.Accepts(content, trustsAge: hasSameFiles))
        {
            return new FileCheck(IsChanging: true);
        }

        return new FileCheck(Accept(content), HasChanged: true);
    }

    private FileSetContent Accept(FileSetContent content)
    {
        _debouncer.Reset();
        _readAt = timeProvider.GetTimestamp();
        _canTrustStamps = !content.IsYoungerThan(UntrustedAge);
        (_hash, Stamps) = (content.Hash, [.. content.Stamps]);
        return content;
    }
}

/// <summary>The result of a check.</summary>
/// <param name="Content">The accepted content; <see langword="null"/> if the files were not read or are still changing.</param>
/// <param name="HasChanged">Whether the content differs from the last accepted one.</param>
/// <param name="IsChanging">Whether the files are still changing. Check again after <see cref="FileMonitor.QuietPeriod"/>.</param>
internal sealed record FileCheck(FileSetContent? Content = null, bool HasChanged = false, bool IsChanging = false);
