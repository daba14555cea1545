using System.Collections.Immutable;
using System.Text.Json;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks the options of a realm about the discovery of endpoints.</summary>
internal sealed class DiscoveryCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    private static readonly TimeSpan MinRefreshInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxRefreshInterval = TimeSpan.FromHours(24);
    private static readonly string[] Extensions = [".json", ".yml", ".yaml"];

    public ImmutableArray<FileSdDefinition> CompileSdFiles(RealmOptions realm)
    {
        if (realm.Strict && HasFiles(realm))
        {
            Error(
                ErrorCode.Conflict, ConfigKeys.EndpointsSdFiles,
                $"cannot be combined with '{ConfigKeys.Mode}: strict': strict endpoints never disappear, but those of a file can",
                $"Remove '{ConfigKeys.Mode}: strict', or list the addresses under '{ConfigKeys.Endpoints}'");
        }

        return
        [
            .. realm.EndpointsSdFiles.Select((files, index) => Compile(files, $"{ConfigKeys.EndpointsSdFiles}[{index}]"))
                .OfType<FileSdDefinition>(),
        ];
    }

    public ServiceConfigDefinition? CompileServiceConfig(RealmOptions realm)
    {
        if (realm.ServiceConfig is not { } json)
        {
            return null;
        }

        if (!realm.Group)
        {
            Error(
                ErrorCode.Conflict, ConfigKeys.ServiceConfig, $"requires '{ConfigKeys.Group}: true'",
                $"Set '{ConfigKeys.Group}: true', or remove '{ConfigKeys.ServiceConfig}'");
        }

        try
        {
            return new ServiceConfigDefinition(json, ServiceConfigReader.Read(json));
        }
        catch (JsonException exception) when (exception.LineNumber is null)
        {
            // The message is 'Duplicate property 'name' encountered …'.
            var key = exception.Message.Split('\'') is [_, var name, _, ..] ? $"the key '{Snippet.Truncate(name)}'" : "a key";
            Error(ErrorCode.DuplicateKey, ConfigKeys.ServiceConfig, $"{key} is set twice", "Remove one of the two");
        }
        catch (JsonException exception)
        {
            origin.AddInvalid(
                errors, ConfigKeys.ServiceConfig, json.Trim(), "is not a JSON object", ServiceConfigReader.Example,
                $"it has a syntax error on line {exception.LineNumber + 1} at byte {exception.BytePositionInLine + 1}");
        }
        catch (DocumentException exception)
        {
            Error(ErrorCode.InvalidValue, ConfigKeys.ServiceConfig, exception.Message, exception.Fix);
        }

        return null;
    }

    /// <summary>Warns of files and names that no endpoint set reads or looks up.</summary>
    /// <param name="realm">The options.</param>
    /// <param name="listed">The endpoints of the options. If some are invalid, there are errors, and warnings are not reported.</param>
    public void WarnWithoutEndpointSet(RealmOptions realm, ImmutableArray<EndpointTarget> listed)
    {
        if (HasFiles(realm))
        {
            origin.AddWarning(
                errors, ErrorCode.NoEffect, ConfigKeys.EndpointsSdFiles, "has no effect: only an endpoint set reads these files",
                "Call AddEndpointSet() to register one");
        }

        if (!realm.Group && listed.FirstOrDefault(target => target is DiscoveryTarget) is { } first)
        {
            origin.AddWarning(
                errors, ErrorCode.NoEffect, $"{ConfigKeys.Endpoints}[{listed.IndexOf(first)}]",
                $"'{Snippet.Truncate(first.Text)}' has no effect: only an endpoint set or a group resolves discovery addresses",
                $"Call AddEndpointSet(), or set '{ConfigKeys.Group}: true'");
        }
    }

    /// <summary>Whether a realm names files. The template of Thanos' proposal has an entry with an empty list.</summary>
    public static bool HasFiles(RealmOptions realm) => realm.EndpointsSdFiles.Any(files => files is null || files.Files.Count > 0);

    private FileSdDefinition? Compile(FileSdOptions? files, string key)
    {
        if (files is null)
        {
            Error(ErrorCode.InvalidValue, key, "is null", "Remove it");
            return null;
        }

        if (files.Files.Count == 0)
        {
            if (!errors.AnyAt($"{origin.Path}.{key}"))
            {
                origin.AddWarning(
                    errors, ErrorCode.NoEffect, $"{key}.{ConfigKeys.Files}", "has no effect: the list is empty",
                    "List at least one file, or remove the entry");
            }

            return null;
        }

        for (var index = 0; index < files.Files.Count; index++)
        {
            var (path, item) = (files.Files[index] ?? "", $"{key}.{ConfigKeys.Files}[{index}]");
            if (string.IsNullOrWhiteSpace(path))
            {
                Error(ErrorCode.InvalidValue, item, "is empty", "Set a path, or remove the item");
            }
            else if (ProblemOfPath(path) is var (problem, fix))
            {
                origin.AddInvalid(errors, item, path, problem, fix);
            }
        }

        new OptionChecks(errors, origin, $"{key}.")
            .RequireBetween(files.RefreshInterval, MinRefreshInterval, MaxRefreshInterval, ConfigKeys.RefreshInterval);
        return new FileSdDefinition([.. files.Files], files.RefreshInterval);
    }

    // The same rules as in Prometheus.
    private static (string Problem, string Fix)? ProblemOfPath(string path)
    {
        if (!Extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)))
        {
            return ("is not a file_sd file", "Rename it so that its name ends in .json, .yml or .yaml");
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return ("contains a null character", "Remove it");
        }

        var star = path.IndexOf('*', StringComparison.Ordinal);
        return star >= 0 && path.AsSpan(star + 1).IndexOfAny('*', '/') >= 0
            ? ("has a misplaced '*'", "Write one '*' at most, and only in the file name")
            : null;
    }

    private void Error(ErrorCode code, string key, string problem, string? fix) => origin.AddError(errors, code, key, problem, fix);
}
