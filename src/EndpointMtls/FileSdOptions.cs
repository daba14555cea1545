namespace EndpointMtls;

/// <summary>Files that list endpoints, in the format of Prometheus' file_sd, and how often they are read.</summary>
public sealed class FileSdOptions
{
    /// <summary>The files, each <c>.json</c>, <c>.yml</c> or <c>.yaml</c>; the last segment may hold one <c>*</c>. YAML: <c>files</c>.</summary>
    /// <value>Required: at least one.</value>
    public IList<string> Files { get; } = [];

    /// <summary>How often the files are read without occasion. YAML: <c>refresh_interval</c>.</summary>
    /// <value>Defaults to 5 minutes.</value>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(5);
}
