using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Model;

/// <summary>The options of one class, in the order in which documentation and schema list their keys.</summary>
internal sealed class OptionTable<TOptions>(params Option<TOptions>[] options)
    where TOptions : class, new()
{
    private static readonly TOptions Defaults = new();

    private readonly Dictionary<string, Option<TOptions>> _byKey = options.ToDictionary(option => option.Key, StringComparer.Ordinal);

    public string[] Keys { get; } = [.. options.Select(option => option.Key)];

    /// <summary>The keys that are rejected if <c>realm</c> is set.</summary>
    public string[] KeysOfOwnFiles { get; } = [.. options.Where(option => option.IsOfOwnFiles).Select(option => option.Key)];

    /// <summary>The default of an option that is true or false; <see langword="null"/> for other and unknown keys.</summary>
    public bool? DefaultOfSwitch(string key) => _byKey.TryGetValue(key, out var option) ? option.SwitchIn(Defaults) : null;

    /// <summary>Reads the value of a key that is in the table.</summary>
    public void Read(NodeReader reader, string path, MapEntry entry, TOptions into) =>
        _byKey[entry.Key].Read(reader, entry.Value, path, into);

    /// <summary>Adds an error for each value that is not allowed or conflicts with others.</summary>
    public void Check(OptionChecks checks, TOptions values, Func<Option<TOptions>, bool>? of = null) =>
        Array.ForEach(options, option =>
        {
            if (of?.Invoke(option) != false)
            {
                option.Check(checks, values);
                option.Rule?.Invoke(checks, values);
            }
        });

    /// <summary>The keys whose values differ from their defaults.</summary>
    public IEnumerable<string> KeysSet(TOptions values) =>
        options.Where(option => !option.AreSame(values, Defaults)).Select(option => option.Key);

    /// <summary>Whether the values of all options that <paramref name="of"/> selects are equal.</summary>
    public bool AreSame(TOptions one, TOptions other, Func<Option<TOptions>, bool>? of = null) =>
        options.All(option => of?.Invoke(option) == false || option.AreSame(one, other));

    /// <summary>Copies the values, so that later changes of the original have no effect.</summary>
    public TOptions Copy(TOptions values)
    {
        var copy = new TOptions();
        Array.ForEach(options, option => option.Copy(values, copy));
        return copy;
    }
}
