using System.Globalization;

namespace EndpointMtls.Files;

/// <summary>Which files are accepted, and the fixes for others. Immutable.</summary>
/// <param name="MaxBytes">The largest file, in bytes: a number of MiB.</param>
/// <param name="FixForLarge">The fix for a larger file.</param>
/// <param name="FixForEmpty">The fix for an empty file.</param>
internal sealed record FileRules(int MaxBytes, string FixForLarge, string FixForEmpty = FileRules.CheckWriter)
{
    private const string CheckWriter = "Check the path, and the program that writes the file";

    /// <summary>At most 1 MiB: more than any certificate or key needs.</summary>
    public static readonly FileRules Default = new(1 << 20, "Check the path");

    /// <summary>The problem of a file that is too large; <see langword="null"/> if it is not.</summary>
    public FileException? ProblemOf(long length) => length <= MaxBytes ? null : new FileException(
        string.Create(CultureInfo.InvariantCulture, $"is {length:N0} bytes long; the limit is {MaxBytes >> 20} MiB"), FixForLarge);
}
