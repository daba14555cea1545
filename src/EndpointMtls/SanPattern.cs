using System.Diagnostics.CodeAnalysis;
using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls;

/// <summary>Says which clients are meant by a name in their certificate. Immutable.</summary>
/// <remarks>
/// <para>The form of a pattern decides with which subject alternative names it is compared, and with no others:</para>
/// <list type="bullet">
/// <item><c>store.example.com</c>: that DNS name. Case and a trailing dot do not matter, and <c>bücher.example</c> is
/// <c>xn--bcher-kva.example</c>. A certificate for <c>*.example.com</c> does not have this name: wildcards are not expanded.</item>
/// <item><c>*.example.com</c>: every DNS name beneath <c>example.com</c>, at any depth, and not <c>example.com</c> itself.
/// A certificate for <c>*.example.com</c> is meant, since all it is for lies beneath.</item>
/// <item><c>https://store.example.com/a</c> (with <c>://</c>): that URI, to the letter.</item>
/// <item><c>spiffe://prod.example/ns/store</c>: that SPIFFE ID, see <see cref="VerifiedClient.SpiffeId"/>. Nobody has one whose
/// certificate has two URIs.</item>
/// <item><c>spiffe://prod.example/ns/store/*</c>: everything beneath that path, and <c>spiffe://prod.example/*</c> everything
/// beneath the trust domain; neither means what it is beneath. So for other URIs; one with a port, user, query, fragment,
/// percent-encoding, or an empty or dot segment is beneath nothing.</item>
/// <item><c>10.1.2.3</c>, <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>: an IP address, or all of a range. An IPv4 address inside an
/// IPv6 one, <c>::ffff:10.1.2.3</c>, is the IPv4 address.</item>
/// <item><c>ops@example.com</c>: that e-mail address; case matters before the <c>@</c>. <c>*@example.com</c>: every address of
/// exactly that domain.</item>
/// </list>
/// <para>The common name of a certificate is never compared.</para>
/// </remarks>
public sealed class SanPattern
{
    private readonly string _text;
    private readonly NamePattern _names;

    private SanPattern(string text, NamePattern names) => (_text, _names) = (text, names);

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <exception cref="FormatException">It is none; the message says why, and what to write.</exception>
    public static SanPattern Parse(string text) =>
        TryParse(text, out var pattern, out var problem) ? pattern : throw new FormatException($"'{Snippet.Truncate(text)}' is not a pattern: {problem}.");

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The pattern, if it is one.</param>
    /// <param name="problem">Otherwise, what is wrong with it and what to write, without a full stop.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SanPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = NamePattern.TryParse(text, out var names, out problem) ? new SanPattern(text!, names) : null;
        return pattern is not null;
    }

    /// <summary>Whether a client is meant.</summary>
    /// <param name="client">The client.</param>
    public bool Matches(VerifiedClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Matches(SubjectNames.Of(client));
    }

    internal bool Matches(SubjectNames names) => _names.Matches(names);

    /// <summary>The pattern as it was written.</summary>
    public override string ToString() => _text;
}
