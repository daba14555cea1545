using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Model;

/// <summary>The types of option values: their syntax, and which values are allowed.</summary>
internal static class OptionTypes
{
    private static readonly Dictionary<string, ClientAuthType> ClientAuthTypes = new(
        Enum.GetValues<ClientAuthType>().Select(type => KeyValuePair.Create(type.ToString(), type))
            .Prepend(KeyValuePair.Create("RequireClientCert", EndpointMtls.ClientAuthType.RequireAnyClientCert)),
        StringComparer.Ordinal);

    private static readonly Dictionary<string, TlsCipherSuite> CipherSuiteNames =
        Enum.GetValues<TlsCipherSuite>().ToDictionary(suite => suite.ToString(), StringComparer.Ordinal);

    public static readonly OptionType<string?> Text = new((reader, node, path, _) => reader.ReadText(node, path));

    /// <summary>A text. An empty text is read as <see langword="null"/>.</summary>
    public static readonly OptionType<string?> OptionalText = new((reader, node, path, _) => reader.ReadOptionalText(node, path));

    public static readonly OptionType<bool> Boolean = new((reader, node, path, current) => reader.ReadBoolean(node, path) ?? current);

    public static readonly OptionType<string?> Path =
        new((reader, node, path, _) => reader.ReadPath(node, path), (checks, value, key) => checks.CheckPath(value, key));

    /// <summary>One path, or a list of paths.</summary>
    public static readonly ListType<string> Paths =
        new((reader, node, path, list) => reader.ReadPaths(node, path, list), (checks, values, key) => checks.CheckPaths(values, key));

    /// <summary>Patterns for subject alternative names.</summary>
    public static readonly ListType<string> SanPatterns = Texts((checks, values, key) => checks.CheckSanPatterns(values, key));

    /// <summary>Pins of public keys.</summary>
    public static readonly ListType<string> KeyPins = Texts((checks, values, key) => checks.CheckKeyPins(values, key));

    /// <summary>A TLS version, in the spellings of Thanos, Prometheus and Kubernetes.</summary>
    public static readonly OptionType<SslProtocols> TlsVersion = new(ReadVersion, (checks, value, key) => checks.CheckVersion(value, key));

    public static readonly OptionType<TrustRemovedAction> TrustRemovedAction =
        Keyword(("drain", EndpointMtls.TrustRemovedAction.Drain), ("close", EndpointMtls.TrustRemovedAction.Close));

    public static readonly OptionType<ExpiredAction> ExpiredAction =
        Keyword(("serve", EndpointMtls.ExpiredAction.Serve), ("fail", EndpointMtls.ExpiredAction.Fail));

    public static readonly OptionType<IdentityRejectedAction> IdentityRejectedAction = Keyword(
        ("keep_previous", EndpointMtls.IdentityRejectedAction.KeepPrevious), ("use_new", EndpointMtls.IdentityRejectedAction.UseNew));

    public static readonly OptionType<CrlMode> CrlMode =
        Keyword(("prefer", EndpointMtls.CrlMode.Prefer), ("require", EndpointMtls.CrlMode.Require));

    public static readonly OptionType<ClientConnectionAction> ClientConnectionAction =
        Keyword(("keep", EndpointMtls.ClientConnectionAction.Keep), ("close", EndpointMtls.ClientConnectionAction.Close));

    /// <summary>The names of Go, and <c>RequireClientCert</c> from the documentation of Mimir and Cortex.</summary>
    public static readonly OptionType<ClientAuthType?> ClientAuthType = new(
        (reader, node, path, _) =>
            reader.ReadName(node, path, ClientAuthTypes, EndpointMtls.ClientAuthType.RequireAndVerifyClientCert),
        (checks, value, key) => checks.RequireDefined(value ?? default, key));

    public static readonly ListType<TlsCipherSuite> CipherSuites = new(ReadCipherSuites);

    /// <summary>A duration within a range.</summary>
    public static OptionType<TimeSpan> Duration(TimeSpan least, TimeSpan most) => new(
        (reader, node, path, current) => reader.ReadDuration(node, path, current),
        (checks, value, key) => checks.RequireBetween(value, least, most, key));

    /// <summary>A duration within a range, or <see langword="null"/>.</summary>
    /// <param name="least">The minimum.</param>
    /// <param name="most">The maximum.</param>
    /// <param name="read">Reads the value. Defaults to a duration for which zero means no limit, as in Thanos.</param>
    public static OptionType<TimeSpan?> OptionalDuration(
        TimeSpan least, TimeSpan most, Func<NodeReader, ConfigNode, string, TimeSpan?>? read = null) => new(
            (reader, node, path, _) => (read ?? ReadAge)(reader, node, path),
            (checks, value, key) => checks.RequireBetween(value ?? least, least, most, key));

    /// <summary>The maximum size of a message, in bytes.</summary>
    public static readonly OptionType<int?> MessageSize = new(ReadSize, (checks, value, key) => checks.RequirePositive(value ?? 1, key));

    /// <summary>A list that must not be empty, because the meaning of an empty list would be unclear or useless.</summary>
    /// <param name="type">The type of the list.</param>
    /// <param name="effect">The effect of an empty list, for the error.</param>
    /// <param name="mayBeBlank">Whether <paramref name="type"/> itself handles a blank value.</param>
    public static ListType<T> NonEmpty<T>(ListType<T> type, string effect, bool mayBeBlank = false) => type with
    {
        Read = (reader, node, path, list) =>
        {
            if (node is ListNode { Items: [] } || (node.IsBlank && !mayBeBlank))
            {
                reader.AddError(
                    ErrorCode.InvalidValue, path, $"is an empty list, which {effect}", "List at least one item, or remove the key");
            }
            else
            {
                type.Read(reader, node, path, list);
            }
        },
    };

    /// <summary>Reads the time after which calls are aborted. Zero is an error, because its meaning would be ambiguous.</summary>
    public static TimeSpan? ReadGrace(NodeReader reader, ConfigNode node, string path)
    {
        var grace = reader.ReadDuration(node, path, TimeSpan.MinValue);
        if (grace == TimeSpan.Zero)
        {
            reader.AddError(
                ErrorCode.OutOfRange, path, "is zero, which could mean that running calls are aborted immediately or never",
                "Remove the key to let calls finish, or set the time after which they are aborted, such as '30s'");
        }

        return grace > TimeSpan.Zero ? grace : null;
    }

    /// <summary>Reads the time within which connections are closed. Zero means immediately.</summary>
    public static TimeSpan? ReadWindow(NodeReader reader, ConfigNode node, string path)
    {
        if (node is TextNode { Text: var text } && bool.TryParse(text, out _))
        {
            reader.AddError(
                ErrorCode.InvalidValue, path, $"'{Snippet.Truncate(text)}' is not a duration",
                "Set the time within which connections are closed, such as '30s', or remove the key to keep them open");
            return null;
        }

        return ReadOptional(reader, node, path);
    }

    /// <summary>Reads a duration that may be zero.</summary>
    public static TimeSpan? ReadOptional(NodeReader reader, ConfigNode node, string path) =>
        reader.ReadDuration(node, path, TimeSpan.MinValue) is { Ticks: >= 0 } duration ? duration : null;

    private static TimeSpan? ReadAge(NodeReader reader, ConfigNode node, string path) =>
        reader.ReadDuration(node, path, TimeSpan.Zero) is { Ticks: > 0 } age ? age : null;

    private static int? ReadSize(NodeReader reader, ConfigNode node, string path, int? current)
    {
        if (reader.ReadText(node, path) is not { } text)
        {
            return current;
        }

        if (!ByteSize.TryParse(text, out var size))
        {
            reader.AddInvalid(
                path, text, "is not a size",
                "Write a number of bytes, or a number with the unit 'KiB', 'MiB' or 'GiB', such as '16MiB'");
            return current;
        }

        if (size is > 0 and <= int.MaxValue)
        {
            return (int)size;
        }

        reader.AddError(
            ErrorCode.OutOfRange, path, $"'{Snippet.Truncate(text)}' is out of range", OptionChecks.FixForSize);
        return current;
    }

    private static ListType<string> Texts(Action<OptionChecks, IList<string>, string> check) =>
        new((reader, node, path, list) => reader.ReadTexts(node, path, list), check);

    private static OptionType<T> Keyword<T>(params (string Keyword, T Value)[] keywords)
        where T : struct, Enum => new(
        (reader, node, path, current) => reader.ReadKeyword(node, path, keywords, current),
        (checks, value, key) => checks.RequireDefined(value, key));

    private static SslProtocols ReadVersion(NodeReader reader, ConfigNode node, string path, SslProtocols current)
    {
        const string Fix = "Use '1.2' or '1.3'";
        switch (reader.ReadText(node, path))
        {
            case "1.2" or "TLS12" or "VersionTLS12": return SslProtocols.Tls12;
            case "1.3" or "TLS13" or "VersionTLS13": return SslProtocols.Tls13;
            case "1.0" or "1.1" or "TLS10" or "TLS11" or "VersionTLS10" or "VersionTLS11":
                reader.AddError(
                    ErrorCode.InvalidValue, path, $"'{((TextNode)node).Text}' is not supported: TLS 1.0 and 1.1 are insecure", Fix);
                break;
            case { } other:
                reader.AddInvalid(path, other, "is not a valid value", Fix);
                break;
        }

        return current;
    }

    private static void ReadCipherSuites(NodeReader reader, ConfigNode node, string path, IList<TlsCipherSuite> suites)
    {
        // Enum.Parse would also accept numbers, and several names in one text.
        var names = new List<string>();
        reader.ReadList(node, path, names, (key, item) =>
            reader.ReadName(item, key, CipherSuiteNames, TlsCipherSuite.TLS_AES_128_GCM_SHA256)?.ToString());
        names.ForEach(name => suites.Add(CipherSuiteNames[name]));
    }
}
