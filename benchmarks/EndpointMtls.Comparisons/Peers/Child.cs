using System.Collections.Concurrent;
using System.Diagnostics;

namespace EndpointMtls.Comparisons.Peers;

/// <summary>A process that ends with this process, even if this one is killed: its standard input is a pipe from this process.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const int LinesToKeep = 10;

    // For programs that do not read their input: a shell reads it, and terminates the program when the input ends.
    // The shell ignores signals, because a terminal and 'timeout' signal all processes, and it must outlive this process.
    // It does so only after it has started the program, which would inherit that.
    private const string Keeper = """
        exec 3<&0
        "$@" </dev/null >&2 3<&- &
        child=$!
        trap '' INT HUP TERM
        { cat <&3; kill -TERM "$child"; } >/dev/null 2>&1 &
        keeper=$!
        exec 3<&-
        wait "$child"
        code=$?
        kill -KILL "$keeper" 2>/dev/null
        exit "$code"
        """;

    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Process _process;
    private bool _isDisposed;

    private Child(string program, IEnumerable<string> arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts a program that ends when its input ends.</summary>
    public static Child Start(Tool tool, params string[] arguments) => new(tool.Path, arguments);

    /// <summary>Starts a program that does not read its input. It is terminated by a signal.</summary>
    public static Child StartKept(Tool tool, params string[] arguments) => new(Tool.Find("sh").Path, ["-c", Keeper, "keeper", tool.Path, .. arguments]);

    /// <summary>Waits five seconds at most for the end of the process, and returns the last lines of its error output.</summary>
    public async Task<string> ReadErrorsAsync()
    {
        using var timeout = new CancellationTokenSource(ExitTimeout);
        await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return string.Join(" | ", _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;

        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process has ended, and some output is not read yet.
        }

        await ReadErrorsAsync();
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;

        _errors.Enqueue(line.Trim());
        if (_errors.Count > LinesToKeep)
            _errors.TryDequeue(out _);
    }
}
