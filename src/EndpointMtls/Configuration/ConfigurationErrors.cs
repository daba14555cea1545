using Microsoft.Extensions.Options;

namespace EndpointMtls.Configuration;

/// <summary>Collects everything that is wrong, so that it is reported at once, and what is only strange.</summary>
internal sealed class ConfigurationErrors
{
    private readonly List<(string Path, string Text)> _errors = [];
    private readonly List<string> _warnings = [];

    public int Count => _errors.Count;

    /// <summary>What is worth knowing and keeps nothing from working.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Adds an error: what is wrong at which key, where that stands, and what to do about it.</summary>
    public void Add(string path, SourceLocation? location, string what, string? fix = null) =>
        _errors.Add((path, Format(path, location, what, fix)));

    /// <summary>Adds what is worth knowing, said in the same way.</summary>
    public void Warn(string path, SourceLocation? location, string what, string? fix = null) =>
        _warnings.Add(Format(path, location, what, fix));

    public void AddRange(ConfigurationErrors errors)
    {
        _errors.AddRange(errors._errors);
        _warnings.AddRange(errors._warnings);
    }

    /// <summary>Whether something at or beneath a path is wrong already, so that what else is missing there may only be a consequence.</summary>
    public bool AreAt(string path) =>
        _errors.Any(error => error.Path == path || error.Path.StartsWith(path + ".", StringComparison.Ordinal) || error.Path.StartsWith(path + "[", StringComparison.Ordinal));

    /// <summary>All of them in one line.</summary>
    public override string ToString() => string.Join(' ', _errors.Select(error => error.Text));

    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
        {
            throw new InvalidEndpointMtlsOptionsException([.. _errors.Select(error => error.Text)]);
        }
    }

    private static string Format(string path, SourceLocation? location, string what, string? fix)
    {
        var where = location is null ? "" : $" ({location})";
        var hint = fix is null ? "" : fix.EndsWith('?') ? $" {fix}" : $" {fix}.";
        return $"{path}: {what}{where}.{hint}";
    }

    /// <summary>The standard exception with one error a line instead of all in one.</summary>
    private sealed class InvalidEndpointMtlsOptionsException(IReadOnlyList<string> errors)
        : OptionsValidationException(Options.DefaultName, typeof(EndpointMtlsOptions), errors)
    {
        public override string Message { get; } = errors.Count == 1
            ? errors[0]
            : $"The EndpointMtls configuration has {errors.Count} errors:{string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}"))}";
    }
}
