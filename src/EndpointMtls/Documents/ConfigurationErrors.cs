using EndpointMtls.Text;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Documents;

/// <summary>Collects everything that is wrong, so that it is reported at once, and what is only strange.</summary>
internal sealed class ConfigurationErrors
{
    // A hostile document has a million errors; nobody reads on after so many.
    private const int MostTold = 1000;

    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];
    private readonly HashSet<string> _told = [];
    private readonly HashSet<string> _pathsInError = [];
    private int _untold;

    public int Count => _errors.Count + _untold;

    /// <summary>Whether there are so many that nobody needs to look for more.</summary>
    public bool IsFull => _errors.Count == MostTold;

    /// <summary>The errors, each in one line.</summary>
    public IEnumerable<string> All() => _untold == 0 ? _errors : _errors.Append($"… and {_untold} more.");

    /// <summary>What is worth knowing and keeps nothing from working.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Adds an error: what is wrong at which key, where that stands, and what to do about it. A setting that several realms inherit is wrong once.</summary>
    /// <param name="path">The key's path in the list of realms.</param>
    /// <param name="location">Where it stands.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="fix">What to do about it.</param>
    /// <param name="writtenAt">The path to show, if it is another one.</param>
    public void Add(string path, SourceLocation? location, string what, string? fix = null, string? writtenAt = null)
    {
        for (var above = path; above.Length > 0 && _pathsInError.Add(above);)
        {
            above = above[..Math.Max(0, above.LastIndexOfAny(['.', '[']))];
        }

        if (IsFull)
        {
            _untold++;
        }
        else
        {
            Tell(Format(writtenAt ?? path, location, what, fix));
        }
    }

    /// <summary>Adds what is worth knowing, said in the same way.</summary>
    public void Warn(string path, SourceLocation? location, string what, string? fix = null)
    {
        if (_warnings.Count < MostTold && Format(path, location, what, fix) is var text && _told.Add(text))
        {
            _warnings.Add(text);
        }
    }

    public void AddRange(ConfigurationErrors errors)
    {
        errors._errors.ForEach(Tell);
        _untold += errors._untold;
        _pathsInError.UnionWith(errors._pathsInError);
        _warnings.AddRange(errors._warnings.Where(_told.Add));
    }

    /// <summary>Whether something at or beneath a path is wrong already, so that what else is missing there may only be a consequence.</summary>
    public bool AreAt(string path) => _pathsInError.Contains(path);

    /// <summary>All of them in one line.</summary>
    public override string ToString() => string.Join(' ', All());

    public void ThrowIfAny()
    {
        if (Count > 0)
        {
            throw new InvalidEndpointMtlsOptionsException([.. All()], Count);
        }
    }

    private void Tell(string error)
    {
        if (_errors.Count == MostTold)
        {
            _untold += _told.Contains(error) ? 0 : 1;
        }
        else if (_told.Add(error))
        {
            _errors.Add(error);
        }
    }

    private static string Format(string path, SourceLocation? location, string what, string? fix)
    {
        var where = location is null ? "" : $" ({location})";
        var hint = fix is null ? "" : fix.EndsWith('?') ? $" {fix}" : $" {fix}.";
        return Snippet.Escape($"{path}: {what}{where}.{hint}");
    }

    /// <summary>The standard exception with one error a line instead of all in one.</summary>
    private sealed class InvalidEndpointMtlsOptionsException(IReadOnlyList<string> errors, int count)
        : OptionsValidationException(Options.DefaultName, typeof(EndpointMtlsOptions), errors)
    {
        public override string Message { get; } = count == 1
            ? errors[0]
            : $"The EndpointMtls configuration has {count} errors:{string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}"))}";
    }
}
