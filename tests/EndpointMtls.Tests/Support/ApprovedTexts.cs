using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using FluentAssertions.Collections;
using FluentAssertions.Execution;
using FluentAssertions.Primitives;

namespace EndpointMtls.Tests.Support;

/// <summary>The approved wording of messages: one reviewed file. A change of words changes the file and no test.</summary>
/// <remarks>
/// With the environment variable <c>ENDPOINT_MTLS_APPROVE=1</c>, a run of the tests rewrites the entries of the classes it runs. Review
/// the difference before it is committed. Run whole classes: entries of tests that
/// did not run are removed. Otherwise a test fails that has another text than the file, or fewer. The entry of a test case that no
/// longer exists is found only by approving its class.
/// </remarks>
internal static partial class ApprovedTexts
{
    public const string File = "tests/EndpointMtls.Tests/approved-texts.txt";

    private const string Root = "EndpointMtls.Tests.";
    private const int MaxName = 300;

    private static readonly bool IsApproving = Environment.GetEnvironmentVariable("ENDPOINT_MTLS_APPROVE") == "1";
    private static readonly Lazy<SortedDictionary<string, List<string>>> Approved = new(Read);
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Seen = new(StringComparer.Ordinal);

    /// <summary>The tests that have an entry, each as <c>Folder.Class.Method</c>.</summary>
    public static IEnumerable<string> Tests => Approved.Value.Keys.Select(key => Method().Match(key)).Select(match => $"{match.Groups["name"]}.{match.Groups["method"]}");

    /// <summary>Whether the text is what the file has for this test. Temporary paths, times, serial numbers and ports are left out.</summary>
    public static void BeApproved(this StringAssertions assertions) => Approve(assertions.Subject);

    /// <inheritdoc cref="BeApproved(StringAssertions)"/>
    public static void BeApproved(this StringCollectionAssertions assertions) => Approve([.. assertions.Subject]);

    /// <summary>Fails a test that has approved fewer texts than the file has for it.</summary>
    public static void RequireAll(TestContext.TestAdapter test)
    {
        var key = KeyOf(test);
        var expected = Approved.Value.GetValueOrDefault(key)?.Count ?? 0;
        var seen = Seen.GetValueOrDefault(key)?.Count ?? 0;
        if (!IsApproving && seen < expected)
        {
            throw new AssertionException($"The file has {expected} approved texts of this test, and it had {seen}.");
        }
    }

    /// <summary>Rewrites the file if that is wanted.</summary>
    public static void Save()
    {
        if (!IsApproving)
        {
            return;
        }

        var entries = Approved.Value;
        var classes = Seen.Keys.Select(key => key[..ClassLength(key)]).ToHashSet(StringComparer.Ordinal);
        foreach (var outdated in entries.Keys.Where(key => classes.Contains(key[..ClassLength(key)])).ToList())
        {
            entries.Remove(outdated);
        }

        foreach (var (key, texts) in Seen)
        {
            entries[key] = [.. texts];
        }

        System.IO.File.WriteAllText(Repository.Path(File), Write(entries));
    }

    private static void Approve(params string[] texts)
    {
        var key = KeyOf(TestContext.CurrentContext.Test);
        var seen = Seen.GetOrAdd(key, _ => new ConcurrentQueue<string>());
        var approved = Approved.Value.GetValueOrDefault(key) ?? [];
        foreach (var text in texts.Select(Normalize))
        {
            var expected = approved.ElementAtOrDefault(seen.Count);
            seen.Enqueue(text);
            Execute.Assertion.ForCondition(IsApproving || text == expected).FailWith(
                "Expected the approved text{0}, but found{1}. If it is right, run the tests of its class with ENDPOINT_MTLS_APPROVE=1.",
                $"\n  {expected ?? "(none)"}\n", $"\n  {text}\n");
        }
    }

    private static SortedDictionary<string, List<string>> Read()
    {
        var entries = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var section = "";
        List<string> texts = [];
        foreach (var line in System.IO.File.ReadLines(Repository.Path(File)).Where(line => line.Length > 0))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                texts.Add(line[2..]);
            }
            else if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                section = line[3..];
            }
            else if (line[0] != '#')
            {
                entries[$"{section}.{line}"] = texts = [];
            }
        }

        return entries;
    }

    private static string Write(SortedDictionary<string, List<string>> entries) => string.Concat(
    [
        "# The approved texts of errors, logs and descriptions, by test. ApprovedTexts.cs says how to change them.\n",
        .. entries.GroupBy(entry => entry.Key[..ClassLength(entry.Key)]).SelectMany(section => section
            .Select(entry => $"{entry.Key[(section.Key.Length + 1)..]}\n{string.Concat(entry.Value.Select(text => $"  {text}\n"))}")
            .Prepend($"\n## {section.Key}\n\n")),
    ]);

    // The name of the method and its arguments follow the last dot before them; a fixture may have arguments as well.
    private static int ClassLength(string key) => Method().Match(key).Groups["class"].Length;

    private static string KeyOf(TestContext.TestAdapter test)
    {
        var (fixture, name) = (test.FullName[Root.Length..^test.Name.Length], Escape(test.Name));
        return fixture + (name.Length <= MaxName ? name : $"{name[..MaxName]}…");
    }

    private static string Normalize(string text)
    {
        text = TempPath().Replace(Escape(text), "FOLDER");
        text = Time().Replace(text, "TIME");
        text = Serial().Replace(text, "SERIAL");
        return Port().Replace(text, "$1:PORT");
    }

    private static string Escape(string text) => string.Concat(text.Select(character =>
        char.IsControl(character) || char.IsSurrogate(character) ? $"\\u{(int)character:x4}" : character.ToString()));

    [GeneratedRegex(@"^(?<class>(?<name>\w+\.\w+)(\(.*?\))?)\.(?<method>\w+)")]
    private static partial Regex Method();

    [GeneratedRegex(@"[^' ]*endpoint-mtls-\w{6}(?=[/\\' .:)]|$)")]
    private static partial Regex TempPath();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ")]
    private static partial Regex Time();

    [GeneratedRegex(@"\b[0-9A-F]{16,40}\b")]
    private static partial Regex Serial();

    [GeneratedRegex(@"(127\.0\.0\.1|\[::1\]|localhost):\d{4,5}\b")]
    private static partial Regex Port();
}
