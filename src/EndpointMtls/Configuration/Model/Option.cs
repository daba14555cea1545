using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Model;

/// <summary>What a change of an option means for a realm or a server that is in use.</summary>
internal enum OptionChange
{
    /// <summary>It applies from now on. Connections stay as they are.</summary>
    AppliesLater,

    /// <summary>New handshakes differ: connections are replaced.</summary>
    Handshakes,

    /// <summary>Other files are read.</summary>
    Files,
}

/// <summary>One option, described once: how it is read, checked, compared and copied. Its property documents the rest.</summary>
/// <typeparam name="TOptions">The class that has the property.</typeparam>
/// <param name="key">The key in YAML.</param>
internal abstract class Option<TOptions>(string key)
{
    public string Key => key;

    /// <summary>What a change of it means.</summary>
    public OptionChange Change { get; init; }

    /// <summary>Whether it is about files, and so is rejected beside the name of a realm whose files are used.</summary>
    public bool IsOfOwnFiles { get; init; }

    /// <summary>Adds an error if the value does not fit those of other options. Optional.</summary>
    public Action<OptionChecks, TOptions>? Rule { get; init; }

    /// <summary>Its value in some options; <see langword="null"/> if it is not of the type <see cref="bool"/>.</summary>
    public virtual bool? SwitchIn(TOptions options) => null;

    /// <summary>Reads a value into the options; what is not of the expected form is an error.</summary>
    public abstract void Read(NodeReader reader, ConfigNode node, string path, TOptions options);

    /// <summary>Adds an error if the value is out of range.</summary>
    public abstract void Check(OptionChecks checks, TOptions options);

    public abstract bool AreSame(TOptions one, TOptions other);

    public abstract void Copy(TOptions from, TOptions to);
}

/// <summary>An option with one value.</summary>
internal sealed class ValueOption<TOptions, T>(string key, OptionType<T> type, Func<TOptions, T> get, Action<TOptions, T> set) : Option<TOptions>(key)
{
    public override bool? SwitchIn(TOptions options) => get(options) as bool?;

    public override void Read(NodeReader reader, ConfigNode node, string path, TOptions options) =>
        set(options, type.Read(reader, node, path, get(options)));

    public override void Check(OptionChecks checks, TOptions options) => type.Check?.Invoke(checks, get(options), Key);

    public override bool AreSame(TOptions one, TOptions other) => EqualityComparer<T>.Default.Equals(get(one), get(other));

    public override void Copy(TOptions from, TOptions to) => set(to, get(from));
}

/// <summary>An option that is a list.</summary>
internal sealed class ListOption<TOptions, T>(string key, ListType<T> type, Func<TOptions, IList<T>> get) : Option<TOptions>(key)
{
    public override void Read(NodeReader reader, ConfigNode node, string path, TOptions options) => type.Read(reader, node, path, get(options));

    public override void Check(OptionChecks checks, TOptions options) => type.Check?.Invoke(checks, get(options), Key);

    public override bool AreSame(TOptions one, TOptions other) => get(one).Distinct().SequenceEqual(get(other).Distinct());

    public override void Copy(TOptions from, TOptions to)
    {
        get(to).Clear();
        foreach (var item in get(from))
        {
            get(to).Add(item);
        }
    }
}

/// <summary>How the values of an option are written, and which are allowed.</summary>
/// <param name="Read">Reads a value; gets the path of the key, and the value to keep if there is an error.</param>
/// <param name="Check">Adds an error under a key if the value is not allowed.</param>
internal sealed record OptionType<T>(Func<NodeReader, ConfigNode, string, T, T> Read, Action<OptionChecks, T, string>? Check = null);

/// <summary>How a list is written, and which items are allowed.</summary>
/// <param name="Read">Adds the items to a list; gets the path of the key.</param>
/// <param name="Check">Adds errors under a key for items that are not allowed.</param>
internal sealed record ListType<T>(Action<NodeReader, ConfigNode, string, IList<T>> Read, Action<OptionChecks, IList<T>, string>? Check = null);
