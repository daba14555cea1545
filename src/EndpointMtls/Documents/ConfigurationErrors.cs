using Microsoft.Extensions.Options;

namespace EndpointMtls.Documents;

/// <summary>Collects all errors of a configuration, so that they are reported together, and its warnings. Not thread-safe.</summary>
internal sealed class ConfigurationErrors
{
    // A hostile document can have a million errors.
    private const int Limit = 1000;

    private readonly List<ConfigurationError> _errors = [];
    private readonly List<ConfigurationError> _warnings = [];
    private readonly HashSet<string> _reported = [];
    private readonly HashSet<string> _pathsInError = [];
    private int _omitted;

    public int Count => _errors.Count + _omitted;

    /// <summary>Whether the limit is reached: more errors are counted, and their texts are dropped.</summary>
    public bool IsFull => _errors.Count == Limit;

    /// <summary>The errors, without those above the limit.</summary>
    public IReadOnlyList<ConfigurationError> Errors => _errors;

    /// <summary>The warnings. A configuration with warnings works.</summary>
    public IReadOnlyList<ConfigurationError> Warnings => _warnings;

    /// <summary>The errors, each in one line, and how many were omitted.</summary>
    public IEnumerable<string> Lines => _errors.Select(error => error.ToString()).Concat(_omitted == 0 ? [] : [$"… and {_omitted} more."]);

    /// <summary>Adds an error. The same text is reported once: a setting that several realms inherit is wrong once.</summary>
    /// <param name="code">The kind of error.</param>
    /// <param name="path">The key's path in the options.</param>
    /// <param name="location">The place in the file, if it was read from one.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="fix">How to fix it.</param>
    /// <param name="writtenAt">The key's path in the file, if it is another one.</param>
    public void Add(ErrorCode code, string path, SourceLocation? location, string problem, string? fix = null, string? writtenAt = null)
    {
        for (var above = path; above.Length > 0 && _pathsInError.Add(above);)
        {
            above = above[..Math.Max(0, above.LastIndexOfAny(['.', '[']))];
        }

        if (IsFull)
        {
            _omitted++;
        }
        else
        {
            AddOnce(new ConfigurationError(code, writtenAt ?? path, location, problem, fix));
        }
    }

    /// <summary>Adds a warning, once for each text.</summary>
    public void Warn(ErrorCode code, string path, SourceLocation? location, string problem, string? fix = null)
    {
        var warning = new ConfigurationError(code, path, location, problem, fix);
        if (_warnings.Count < Limit && _reported.Add(warning.ToString()))
        {
            _warnings.Add(warning);
        }
    }

    public void AddRange(ConfigurationErrors errors)
    {
        errors._errors.ForEach(AddOnce);
        _omitted += errors._omitted;
        _pathsInError.UnionWith(errors._pathsInError);
        _warnings.AddRange(errors._warnings.Where(warning => _reported.Add(warning.ToString())));
    }

    /// <summary>Whether there is an error at a path or beneath it, so that what is missing there may only be a consequence.</summary>
    public bool AreAt(string path) => _pathsInError.Contains(path);

    /// <summary>All errors in one line.</summary>
    public override string ToString() => string.Join(' ', Lines);

    public void ThrowIfAny()
    {
        if (Count > 0)
        {
            throw new InvalidEndpointMtlsOptionsException([.. Lines], Count);
        }
    }

    private void AddOnce(ConfigurationError error)
    {
        if (!_reported.Contains(error.ToString()) && IsFull)
        {
            _omitted++;
        }
        else if (_reported.Add(error.ToString()))
        {
            _errors.Add(error);
        }
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
