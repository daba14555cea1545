using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Matches one e-mail address, or every address of one domain.</summary>
internal sealed class EmailPattern : NamePattern
{
    private const string Any = "*";

    private readonly string _mailbox;
    private readonly string _domain;

    private EmailPattern(string mailbox, string domain) => (_mailbox, _domain) = (mailbox, domain);

    public override bool Matches(SubjectNames names) => names.EmailAddresses.Any(Matches);

    public static string? Read(string text, out NamePattern? pattern)
    {
        pattern = null;
        if (text.Split('@') is not [var mailbox, var domain] || mailbox.Length == 0 || domain.Length == 0)
        {
            return $"'{Snippet.Truncate(text)}' is not an e-mail address. "
                + "Write it like 'ops@example.com', or '*@example.com' to match every address of a domain";
        }

        if (domain.Contains('*') || (mailbox != Any && mailbox.Contains('*')))
        {
            return "in an e-mail address, '*' is allowed only as the whole part before '@'. Write it like '*@example.com'";
        }

        if (mailbox != Any && !mailbox.All(IsPlain))
        {
            return $"'{Snippet.Truncate(text)}' has an unsupported character before '@'. Use ASCII letters, digits, '.', '+' and '-'";
        }

        if (!TryGetDomain(domain, out var host))
        {
            return $"'{Snippet.Truncate(domain)}' is not a domain name. Write it like 'ops@example.com'";
        }

        pattern = new EmailPattern(mailbox, host);
        return null;
    }

    // No pattern matches a quoted mailbox, which may contain an '@' of its own.
    private bool Matches(string address) =>
        address.Split('@') is [{ Length: > 0 } mailbox, var domain] && mailbox.All(IsPlain)
        && (_mailbox == Any || mailbox == _mailbox)
        && TryGetDomain(domain, out var host) && host == _domain;

    private static bool TryGetDomain(string text, out string host) =>
        HostName.TryNormalise(text, out host!, out _) && !HostName.TryGetIP(host, out _);

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c);
}
