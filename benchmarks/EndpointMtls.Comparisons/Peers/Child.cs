using System.Collections.Concurrent;
using System.Diagnostics;

namespace EndpointMtls.Comparisons.Peers;

/// <summary>A process that ends at the latest when we do, however that happens: its standard input is a pipe that closes with us.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const int LinesToKeep = 10;

    // For programs that do not read their input: a shell that does, and asks the program to end when the input has ended.
    // It ignores signals, because those of a terminal and of 'timeout' go to every process at once, and it must outlive us;
    // only after it has started the program, which would inherit that, and not be asked any more.
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

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

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

    /// <summary>Starts a program that ends by itself when its input does.</summary>
    public static Child Start(Tool tool, params string[] arguments) => new(tool.Path, arguments);

    /// <summary>Starts a program that knows nothing of its input, and ends when it is asked to terminate.</summary>
    public static Child StartKept(Tool tool, params string[] arguments) => new(Tool.Find("sh").Path, ["-c", Keeper, "keeper", tool.Path, .. arguments]);

    /// <summary>Waits for its end, and returns the last of what it complained about.</summary>
    public async Task<string> ComplainAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
            // It has ended before, with something still to be read.
        }

        await ComplainAsync();
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
