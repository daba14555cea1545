using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls;

/// <summary>A pattern for subject alternative names in certificates. Immutable.</summary>
/// <remarks>
/// <para>The form of a pattern selects the type of name that it matches:</para>
/// <list type="bullet">
/// <item><c>store.example.com</c> matches this DNS name. Case and a trailing dot are ignored, and <c>bücher.example</c> is
/// <c>xn--bcher-kva.example</c>. The wildcard of a certificate for <c>*.example.com</c> is not expanded: it does not match.</item>
/// <item><c>*.example.com</c> matches every DNS name below <c>example.com</c>, at any depth, but not <c>example.com</c> itself. A
/// certificate for <c>*.example.com</c> matches.</item>
/// <item><c>https://store.example.com/a</c>, with <c>://</c>, matches exactly this URI.</item>
/// <item><c>spiffe://prod.example/ns/store</c> matches this SPIFFE ID, see <see cref="VerifiedClient.SpiffeId"/>. A certificate with
/// more than one URI SAN has no SPIFFE ID.</item>
/// <item><c>spiffe://prod.example/ns/store/*</c> matches every SPIFFE ID below this path, and <c>spiffe://prod.example/*</c> every one in
/// the trust domain. Neither matches the ID without a further segment. Other URIs work alike, but a URI with a port, user, query,
/// fragment, percent-encoding, or an empty or dot segment never matches a prefix.</item>
/// <item><c>10.1.2.3</c>, <c>10.0.0.0/8</c> and <c>2001:db8::/32</c> match an IP address, or each address in a range. An IPv4-mapped
/// IPv6 address such as <c>::ffff:10.1.2.3</c> counts as the IPv4 address.</item>
/// <item><c>ops@example.com</c> matches this e-mail address; the part before <c>@</c> is case-sensitive. <c>*@example.com</c> matches
/// every address of exactly this domain.</item>
/// </list>
/// <para>The common name of a certificate is never compared.</para>
/// </remarks>
public sealed class SanPattern
{
    private readonly string _text;
    private readonly NamePattern _names;

    private SanPattern(string text, NamePattern names) => (_text, _names) = (text, names);

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The text of the pattern.</param>
    /// <exception cref="FormatException">The text is not a valid pattern. The message has the problem and the fix.</exception>
    public static SanPattern Parse(string text) =>
        TryParse(text, out var pattern, out var problem)
            ? pattern
            : throw new FormatException($"'{Snippet.Truncate(text)}' is not a pattern: {problem}.");

    /// <summary>Tries to parse a pattern.</summary>
    /// <param name="text">The text of the pattern.</param>
    /// <param name="pattern">The pattern; <see langword="null"/> if the text is not valid.</param>
    /// <param name="problem">If the text is not valid: the problem and the fix, without a full stop.</param>
    /// <returns>Whether the text is a valid pattern.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SanPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = NamePattern.TryParse(text, out var names, out problem) ? new SanPattern(text!, names) : null;
        return pattern is not null;
    }

    /// <summary>Whether the pattern matches a subject alternative name of a client.</summary>
    /// <param name="client">The client.</param>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> is <see langword="null"/>.</exception>
    public bool Matches(VerifiedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Matches(SubjectNames.Of(client));
    }

    /// <summary>Parses patterns. Leaves out those that are not valid: the checks of the options have reported them.</summary>
    internal static ImmutableArray<SanPattern> ParseAll(IEnumerable<string> texts) =>
        [.. texts.Select(text => TryParse(text, out var pattern, out _) ? pattern : null).OfType<SanPattern>()];

    internal bool Matches(SubjectNames names) => _names.Matches(names);

    /// <summary>Returns the text of the pattern, as it was parsed.</summary>
    public override string ToString() => _text;
}
