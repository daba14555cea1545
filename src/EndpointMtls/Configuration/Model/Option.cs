using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Model;

/// <summary>What a reload does if the value of an option has changed.</summary>
[Flags]
internal enum OptionChange
{
    /// <summary>The new value applies from now on. Connections are kept.</summary>
    AppliesLater = 0,

    /// <summary>New handshakes differ, so connections are replaced.</summary>
    Handshakes = 1,

    /// <summary>The files are loaded again.</summary>
    Files = 2,

    /// <summary>New connections differ, so connections are replaced.</summary>
    Connections = 4,

    /// <summary>New channels differ, so channels are closed.</summary>
    Channel = 8,
}

/// <summary>The descriptor of one option: how it is read, checked, compared and copied.</summary>
/// <typeparam name="TOptions">The class that has the property.</typeparam>
/// <param name="key">The key in YAML.</param>
internal abstract class Option<TOptions>(string key)
{
    public string Key => key;

    public OptionChange Change { get; init; }

    /// <summary>Whether the option is about the server's own files, and so is rejected if <c>realm</c> is set.</summary>
    public bool IsOfOwnFiles { get; init; }

    /// <summary>Adds an error if the value conflicts with other options. Optional.</summary>
    public Action<OptionChecks, TOptions>? Rule { get; init; }

    /// <summary>The value; <see langword="null"/> if it is not a <see cref="bool"/>.</summary>
    public virtual bool? SwitchIn(TOptions options) => null;

    /// <summary>Reads a value into the options. A malformed value is an error.</summary>
    public abstract void Read(NodeReader reader, ConfigNode node, string path, TOptions options);

    /// <summary>Adds an error if the value is not allowed.</summary>
    public abstract void Check(OptionChecks checks, TOptions options);

    public abstract bool AreSame(TOptions one, TOptions other);

    public abstract void Copy(TOptions from, TOptions to);
}

/// <summary>An option with one value.</summary>
internal sealed class ValueOption<TOptions, T>(string key, OptionType<T> type, Func<TOptions, T> get, Action<TOptions, T> set)
    : Option<TOptions>(key)
{
    public override bool? SwitchIn(TOptions options) => get(options) as bool?;

    public override void Read(NodeReader reader, ConfigNode node, string path, TOptions options) =>
        set(options, type.Read(reader, node, path, get(options)));

    public override void Check(OptionChecks checks, TOptions options) => type.Check?.Invoke(checks, get(options), Key);

    public override bool AreSame(TOptions one, TOptions other) => EqualityComparer<T>.Default.Equals(get(one), get(other));

    public override void Copy(TOptions from, TOptions to) => set(to, get(from));
}

/// <summary>An option with a list of values.</summary>
internal sealed class ListOption<TOptions, T>(string key, ListType<T> type, Func<TOptions, IList<T>> get) : Option<TOptions>(key)
{
    public override void Read(NodeReader reader, ConfigNode node, string path, TOptions options) =>
        type.Read(reader, node, path, get(options));

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

/// <summary>The syntax of a value, and which values are allowed.</summary>
/// <param name="Read">Reads a value. Receives the path of the key, and the value to return if there is an error.</param>
/// <param name="Check">Adds an error under a key if the value is not allowed.</param>
internal sealed record OptionType<T>(Func<NodeReader, ConfigNode, string, T, T> Read, Action<OptionChecks, T, string>? Check = null);

/// <summary>The syntax of a list, and which items are allowed.</summary>
/// <param name="Read">Adds the items to a list. Receives the path of the key.</param>
/// <param name="Check">Adds errors under a key for items that are not allowed.</param>
internal sealed record ListType<T>(
    Action<NodeReader, ConfigNode, string, IList<T>> Read, Action<OptionChecks, IList<T>, string>? Check = null);
