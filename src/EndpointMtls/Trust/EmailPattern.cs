using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Means one e-mail address, or all of one domain.</summary>
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
            return $"'{Snippet.Truncate(text)}' is not an e-mail address. Write it like 'ops@example.com', or '*@example.com' for all of a domain";
        }

        if (domain.Contains('*') || (mailbox != Any && mailbox.Contains('*')))
        {
            return "in an e-mail address, '*' stands for all that is before '@', and nowhere else. Write it like '*@example.com'";
        }

        if (mailbox != Any && !mailbox.All(IsPlain))
        {
            return $"'{Snippet.Truncate(text)}' is not an e-mail address of plain letters. Look for stray characters";
        }

        if (!TryGetDomain(domain, out var host))
        {
            return $"'{Snippet.Truncate(domain)}' is not the name of a domain. Write it like 'ops@example.com'";
        }

        pattern = new EmailPattern(mailbox, host);
        return null;
    }

    // Quoted mailboxes, which may hold an '@' of their own, are nobody's.
    private bool Matches(string address) =>
        address.Split('@') is [{ Length: > 0 } mailbox, var domain] && mailbox.All(IsPlain)
        && (_mailbox == Any || mailbox == _mailbox)
        && TryGetDomain(domain, out var host) && host == _domain;

    private static bool TryGetDomain(string text, out string host) =>
        HostName.TryNormalise(text, out host!, out _) && !HostName.TryGetIP(host, out _);

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c);
}
