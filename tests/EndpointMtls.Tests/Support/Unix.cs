using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace EndpointMtls.Tests.Support;

/// <summary>What .NET has no call for.</summary>
internal static class Unix
{
    private const uint Nobody = 65534;

    /// <summary>Creates a link anew, or points it elsewhere in one step, as Kubernetes does.</summary>
    public static void Link(string path, string target)
    {
        var temporary = path + ".new";
        File.CreateSymbolicLink(temporary, target);

        // File.Move takes a link to a folder for a folder, and does not move it.
        Rename(Encoding.UTF8.GetBytes(temporary + '\0'), Encoding.UTF8.GetBytes(path + '\0')).Should().Be(0);
    }

    /// <summary>Runs an action on this thread as the user 'nobody', also where the tests run as root.</summary>
    public static void AsNobody(Action action)
    {
        var before = SetFileUser(Nobody);
        try
        {
            action();
        }
        finally
        {
            _ = SetFileUser((uint)before);
        }
    }

    /// <summary>Sets the permissions of a file. It has no effect on Windows.</summary>
    public static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    public static string CreatePipe(string path)
    {
        Run("mkfifo", path);
        return path;
    }

    /// <summary>Runs a command to its end. If there is none of that name, the test is skipped; with <c>CI=true</c>, it fails.</summary>
    public static string Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.Should().Be(0, errors.Result);
            return output;
        }
        catch (System.ComponentModel.Win32Exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Ignore($"There is no '{command}' here.");
            throw;
        }
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileUser(uint user);

    [DllImport("libc", EntryPoint = "rename")]
    private static extern int Rename(byte[] from, byte[] to);
}
