using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Thanos.CommandLine;

/// <summary>Runs a command until it ends or a signal stops it.</summary>
public static class CommandRun
{
    /// <param name="program">The name of the program, for errors.</param>
    /// <param name="command">The command.</param>
    /// <param name="arguments">The arguments of the command line.</param>
    /// <param name="stopTimeout">The maximum time that the command may take to end after a signal.</param>
    /// <returns>The exit code: 0 after SIGINT and SIGTERM, 1 after an error, which is printed without a stack trace.</returns>
    public static async Task<int> RunAsync(string program, RootCommand command, string[] arguments, TimeSpan stopTimeout)
    {
        var parsed = command.Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync($"{program}: {(error.SymbolResult is OptionResult option ? $"{option.Option.Name}: " : "")}{OnOneLine(error.Message)}");
            return 1;
        }

        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = stopTimeout });
        }
        catch (OperationCanceledException)
        {
            return 0; // A signal during the start.
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"{program}: {error.Message}");
            return 1;
        }
    }

    // The list of valid values has a line for each.
    private static string OnOneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
