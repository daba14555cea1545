using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Documents;

/// <summary>Collects the errors and warnings of a configuration, so that they are reported together. Not thread-safe.</summary>
internal sealed class ConfigurationErrors
{
    // A hostile document can have a million errors.
    private const int Limit = 1000;

    // A message or a log with more would be cut elsewhere.
    private const int MaxShown = 20;

    private readonly List<ConfigurationError> _errors = [];
    private readonly List<ConfigurationError> _warnings = [];
    private readonly HashSet<string> _reported = [];
    private readonly HashSet<string> _pathsInError = [];
    private int _omitted;

    /// <summary>The number of errors, with those above the limit.</summary>
    public int Count => _errors.Count + _omitted;

    /// <summary>Whether the limit of 1000 errors is reached. Further errors are counted but not kept.</summary>
    public bool IsFull => _errors.Count == Limit;

    /// <summary>The errors, without those above the limit.</summary>
    public IReadOnlyList<ConfigurationError> Errors => _errors;

    /// <summary>The warnings. They do not reject the configuration.</summary>
    public IReadOnlyList<ConfigurationError> Warnings => _warnings;

    /// <summary>The errors, one line each, and the number of omitted errors.</summary>
    public IEnumerable<string> Lines =>
        _errors.Select(error => error.ToString()).Concat(_omitted == 0 ? [] : [$"… and {_omitted} more."]);

    /// <summary>Adds an error. Duplicate texts are ignored: a setting that several realms inherit is one error.</summary>
    /// <param name="code">The kind of error.</param>
    /// <param name="path">The path of the key in the options.</param>
    /// <param name="location">The position in the file; <see langword="null"/> in sections and code.</param>
    /// <param name="problem">The error.</param>
    /// <param name="fix">How to fix it, as an imperative or a question; <see langword="null"/> if the problem says it.</param>
    /// <param name="writtenAt">The path of the key in the document, if it differs.</param>
    public void Add(ErrorCode code, string path, SourceLocation? location, string problem, string? fix = null, string? writtenAt = null)
    {
        for (var parent = path; parent.Length > 0 && _pathsInError.Add(parent);)
        {
            parent = parent[..Math.Max(0, parent.LastIndexOfAny(['.', '[']))];
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

    /// <summary>Adds a warning. Duplicate texts are ignored.</summary>
    public void Warn(ErrorCode code, string path, SourceLocation? location, string problem, string? fix = null)
    {
        var warning = new ConfigurationError(code, path, location, problem, fix);
        if (_warnings.Count < Limit && _reported.Add(warning.ToString()))
        {
            _warnings.Add(warning);
        }
    }

    /// <summary>Adds all errors and warnings of another collection.</summary>
    public void AddRange(ConfigurationErrors errors)
    {
        errors._errors.ForEach(AddOnce);
        _omitted += errors._omitted;
        _pathsInError.UnionWith(errors._pathsInError);
        _warnings.AddRange(errors._warnings.Where(warning => _reported.Add(warning.ToString())));
    }

    /// <summary>Returns whether there is an error at a path or below it. A missing value there may only be a consequence.</summary>
    public bool AnyAt(string path) => _pathsInError.Contains(path);

    /// <summary>The first 20 errors in one line, and the number of further errors.</summary>
    public override string ToString() => string.Join(' ', FirstOf(Lines, Count));

    /// <summary>The same as <see cref="ToString"/>, without the fixes.</summary>
    public string ToStringWithoutFixes() =>
        string.Join(' ', FirstOf(_errors.Select(error => (error with { Fix = null }).ToString()), Count));

    /// <summary>Throws all errors as one exception.</summary>
    /// <param name="introduction">The start of the message, with a space at its end; may be empty.</param>
    /// <exception cref="OptionsValidationException">Always.</exception>
    [DoesNotReturn]
    public void Throw(string introduction = "") =>
        throw new InvalidEndpointMtlsOptionsException(introduction, [.. Lines], Count);

    private static IEnumerable<string> FirstOf(IEnumerable<string> errors, int count) =>
        count <= MaxShown ? errors : errors.Take(MaxShown).Append($"… and {count - MaxShown} more.");

    private void AddOnce(ConfigurationError error)
    {
        var text = error.ToString();
        if (IsFull)
        {
            _omitted += _reported.Contains(text) ? 0 : 1;
        }
        else if (_reported.Add(text))
        {
            _errors.Add(error);
        }
    }

    /// <summary>An <see cref="OptionsValidationException"/> whose message has one line for each of the first errors.</summary>
    private sealed class InvalidEndpointMtlsOptionsException(string introduction, IReadOnlyList<string> errors, int count)
        : OptionsValidationException(Options.DefaultName, typeof(EndpointMtlsOptions), errors)
    {
        public override string Message { get; } = introduction + (count == 1
            ? errors[0]
            : $"The EndpointMtls configuration has {count} errors:"
                + string.Concat(FirstOf(errors, count).Select(error => $"{Environment.NewLine}  {error}")));
    }
}
