using System.Collections.Immutable;
using System.Text.Json;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks what a realm says about finding endpoints.</summary>
internal sealed class DiscoveryCompiler(ConfigurationErrors errors, RealmOrigin origin, bool hasEndpointSet)
{
    private const string Example = "Write a gRPC service config, such as '{\"loadBalancingConfig\":[{\"round_robin\":{}}]}'";

    private static readonly string[] Extensions = [".json", ".yml", ".yaml"];

    public ImmutableArray<FileSdDefinition> CompileSdFiles(RealmOptions realm)
    {
        if (realm.EndpointsSdFiles.Count == 0)
        {
            return [];
        }

        if (realm.Strict)
        {
            origin.AddError(errors, ErrorCode.Conflict, ConfigKeys.EndpointsSdFiles, "cannot be strict: what a file lists may leave it again", $"Remove '{ConfigKeys.Mode}: strict', or list the addresses under '{ConfigKeys.Endpoints}'");
        }

        if (!hasEndpointSet)
        {
            origin.AddWarning(errors, ErrorCode.NoEffect, ConfigKeys.EndpointsSdFiles, "nobody reads them", "Call AddEndpointSet(): the set that it registers does");
        }

        return [.. realm.EndpointsSdFiles.Select((files, index) => Compile(files, $"{ConfigKeys.EndpointsSdFiles}[{index}]"))];
    }

    public ServiceConfigDefinition? CompileServiceConfig(RealmOptions realm)
    {
        if (realm.ServiceConfig is not { } json)
        {
            return null;
        }

        if (!realm.Group)
        {
            origin.AddError(errors, ErrorCode.Conflict, ConfigKeys.ServiceConfig, "there is no group it could be for", $"Write '{ConfigKeys.Group}: true', or remove it");
        }

        try
        {
            return new ServiceConfigDefinition(json, ServiceConfigReader.Read(json));
        }
        catch (JsonException exception) when (exception.LineNumber is null)
        {
            origin.AddError(errors, ErrorCode.DuplicateKey, ConfigKeys.ServiceConfig, $"'{Snippet.Truncate(json)}' has a key twice", Example);
        }
        catch (JsonException exception)
        {
            origin.AddError(errors, ErrorCode.InvalidValue, ConfigKeys.ServiceConfig, $"'{Snippet.Truncate(json)}' is not a JSON object: it breaks off at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} of it", Example);
        }
        catch (FormatException exception)
        {
            origin.AddError(errors, ErrorCode.InvalidValue, ConfigKeys.ServiceConfig, exception.Message, Example);
        }

        return null;
    }

    private FileSdDefinition Compile(FileSdOptions? files, string key)
    {
        if (files is null || files.Files.Count == 0)
        {
            if (!errors.AnyAt($"{origin.Path}.{key}"))
            {
                origin.AddError(errors, ErrorCode.Required, $"{key}.{ConfigKeys.Files}", "required", "Give at least one file");
            }

            return new FileSdDefinition([], default);
        }

        for (var index = 0; index < files.Files.Count; index++)
        {
            if (ProblemOfPath(files.Files[index] ?? "") is { } problem)
            {
                origin.AddError(errors, ErrorCode.InvalidValue, $"{key}.{ConfigKeys.Files}[{index}]", $"'{Snippet.Truncate(files.Files[index])}' {problem}");
            }
        }

        if (files.RefreshInterval < TimeSpan.FromSeconds(1) || files.RefreshInterval > TimeSpan.FromHours(24))
        {
            origin.AddError(errors, ErrorCode.OutOfRange, $"{key}.{ConfigKeys.RefreshInterval}", $"{Duration.Format(files.RefreshInterval)} is out of range", "From 1s to 24h");
        }

        return new FileSdDefinition([.. files.Files], files.RefreshInterval);
    }

    // As Prometheus has it.
    private static string? ProblemOfPath(string path)
    {
        if (!Extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)))
        {
            return "is not a file_sd file: its name must end in .json, .yml or .yaml";
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return "has a character that no file name can have";
        }

        var star = path.IndexOf('*', StringComparison.Ordinal);
        return star >= 0 && path.AsSpan(star + 1).IndexOfAny('*', '/') >= 0
            ? "may hold one '*', in its last segment"
            : null;
    }
}
