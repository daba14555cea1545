using System.Collections.Immutable;
using System.Text.Json;

namespace EndpointMtls.Configuration;

/// <summary>Checks what a realm says about finding endpoints, and warns of what this version does not do about it.</summary>
internal sealed class DiscoveryCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    private static readonly string[] Extensions = [".json", ".yml", ".yaml"];

    public ImmutableArray<FileSdDefinition> CompileSdFiles(RealmOptions realm)
    {
        if (realm.EndpointsSdFiles.Count == 0)
        {
            return [];
        }

        if (realm.Mode == EndpointMode.Strict)
        {
            origin.AddError(errors, ConfigKeys.EndpointsSdFiles, "cannot be strict: what a file lists may leave it again", $"Remove '{ConfigKeys.Mode}: strict', or list the addresses under '{ConfigKeys.Endpoints}'");
        }

        origin.AddWarning(errors, ConfigKeys.EndpointsSdFiles, "this version does not read them", $"Until it does, list the addresses under '{ConfigKeys.Endpoints}'");
        return [.. realm.EndpointsSdFiles.Select((files, index) => Compile(files, $"{ConfigKeys.EndpointsSdFiles}[{index}]"))];
    }

    /// <summary>Checks the options of a group, which nothing reads yet.</summary>
    public void CheckGroup(RealmOptions realm)
    {
        if (realm.Group)
        {
            origin.AddWarning(errors, ConfigKeys.Group, "this version does not resolve groups", "Each address gets one channel of its own");
        }
        else if (realm.ServiceConfig is not null)
        {
            origin.AddError(errors, ConfigKeys.ServiceConfig, "there is no group it could be for", $"Write '{ConfigKeys.Group}: true', or remove it");
        }

        if (realm.ServiceConfig is { } json && ProblemOf(json) is { } problem)
        {
            origin.AddError(errors, ConfigKeys.ServiceConfig, $"'{Excerpt.Of(json)}' is not a JSON object: {problem}", "Write a gRPC service config, such as '{\"loadBalancingConfig\":[{\"round_robin\":{}}]}'");
        }
    }

    private FileSdDefinition Compile(FileSdOptions? files, string key)
    {
        if (files is null || files.Files.Count == 0)
        {
            if (!errors.AreAt($"{origin.Path}.{key}"))
            {
                origin.AddError(errors, $"{key}.{ConfigKeys.Files}", "required", "Give at least one file");
            }

            return new FileSdDefinition([], default);
        }

        for (var index = 0; index < files.Files.Count; index++)
        {
            if (ProblemOfPath(files.Files[index] ?? "") is { } problem)
            {
                origin.AddError(errors, $"{key}.{ConfigKeys.Files}[{index}]", $"'{Excerpt.Of(files.Files[index])}' {problem}");
            }
        }

        if (files.RefreshInterval < TimeSpan.FromSeconds(1) || files.RefreshInterval > TimeSpan.FromHours(24))
        {
            origin.AddError(errors, $"{key}.{ConfigKeys.RefreshInterval}", $"{Duration.Format(files.RefreshInterval)} is out of range", "From 1s to 24h");
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

        var star = path.IndexOf('*', StringComparison.Ordinal);
        return star >= 0 && path.AsSpan(star + 1).IndexOfAny('*', '/') >= 0
            ? "may hold one '*', in its last segment"
            : null;
    }

    private static string? ProblemOf(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? null : $"it is {document.RootElement.ValueKind switch
            {
                JsonValueKind.Array => "an array",
                JsonValueKind.String => "a string",
                JsonValueKind.Number => "a number",
                _ => "a literal",
            }}";
        }
        catch (JsonException exception)
        {
            return $"it breaks off at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} of it";
        }
    }
}
