using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EndpointMtls.Addressing;

/// <summary>Parses the address of a Unix domain socket: <c>unix:/run/store.sock</c> or <c>unix:///run/store.sock</c>.</summary>
internal static class SocketPath
{
    public const string Scheme = "unix:";

    // The size of sun_path on Linux, without its trailing NUL.
    private const int MaxPathBytes = 107;

    /// <summary>Returns whether a text begins with <c>unix:</c>.</summary>
    public static bool HasScheme(string text) => AddressUri.HasScheme(text, Scheme);

    /// <summary>Parses the absolute path of a socket.</summary>
    /// <param name="text">The address, with its scheme.</param>
    /// <param name="path">The path.</param>
    /// <param name="problem">The error and its fix, without a full stop.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? path, [NotNullWhen(false)] out string? problem)
    {
        path = text[Scheme.Length..];
        path = path.StartsWith("///", StringComparison.Ordinal) ? path[2..] : path;
        problem = path switch
        {
            "" or "/" => "it has no path. Write an absolute path: 'unix:/run/store.sock'",
            _ when path[0] != '/' || path[1] == '/' => "its path is not absolute. Write an absolute path: 'unix:/run/store.sock'",
            // EnumerateRunes returns the replacement character for an unpaired surrogate.
            _ when path.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar) =>
                "its path has a control character or invalid Unicode. Look for stray characters",
            _ when path[1..].Split('/').Any(part => part is "" or "." or "..") =>
                "its path has empty, '.' or '..' segments. Remove them",
            _ when Encoding.UTF8.GetByteCount(path) > MaxPathBytes =>
                $"its path is longer than {MaxPathBytes} bytes, the limit of the system. Choose a shorter path",
            _ => null,
        };
        return problem is null;
    }
}
