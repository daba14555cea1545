namespace EndpointMtls;

/// <summary>Files that list endpoints, in the format of Prometheus <c>file_sd_config</c>.</summary>
public sealed class FileSdOptions
{
    /// <summary>
    /// The paths of the files: <c>.json</c>, <c>.yml</c> or <c>.yaml</c>. The last segment may contain one <c>*</c>.
    /// YAML: <c>files</c>.
    /// </summary>
    /// <value>Required. An empty list has no effect, and is a warning.</value>
    public IList<string> Files { get; } = [];

    /// <summary>How often all files are read again, even if no change was detected. YAML: <c>refresh_interval</c>.</summary>
    /// <value>Defaults to 5 minutes. From 1 second to 24 hours.</value>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(5);
}
