using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EndpointMtls.Addressing;

/// <summary>Reads the path of a Unix domain socket, <c>unix:/run/store.sock</c> or <c>unix:///run/store.sock</c>.</summary>
internal static class SocketPath
{
    public const string Scheme = "unix:";

    // What the kernel's address has room for, before the NUL at its end.
    private const int LongestPath = 107;

    public static bool IsMeant(string text) => AddressUri.HasScheme(text, Scheme);

    public static bool TryParse(string text, [NotNullWhen(true)] out string? path, [NotNullWhen(false)] out string? problem)
    {
        path = text[Scheme.Length..];
        path = path.StartsWith("///", StringComparison.Ordinal) ? path[2..] : path;
        problem = path switch
        {
            "" or "/" => "it has no path. Write an absolute path: 'unix:/run/store.sock'",
            _ when path[0] != '/' || path[1] == '/' => "its path is not absolute. Write an absolute path: 'unix:/run/store.sock'",
            // An unpaired surrogate is enumerated as the replacement character.
            _ when path.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar) => "its path has a character that no file name should have. Look for stray characters",
            _ when path[1..].Split('/').Any(part => part is "" or "." or "..") => "its path can be written shorter. Write it without '.', '..' and empty parts: one socket, one spelling",
            _ when Encoding.UTF8.GetByteCount(path) > LongestPath => $"its path is longer than {LongestPath} bytes. The system allows no more: choose a shorter one",
            _ => null,
        };
        return problem is null;
    }
}
