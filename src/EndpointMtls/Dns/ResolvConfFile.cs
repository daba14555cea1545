namespace EndpointMtls.Dns;

/// <summary>The settings in a resolv.conf. Reads the file again if the last read was at least five seconds ago. Thread-safe.</summary>
internal sealed class ResolvConfFile(string path, TimeProvider timeProvider, int port = DnsSettings.DefaultPort)
{
    public const string SystemPath = "/etc/resolv.conf";

    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private DnsSettings? _settings;
    private long _readAt;

    /// <summary>
    /// Returns the settings. If the file can no longer be read, the last settings stay in use. A missing file counts as empty.
    /// </summary>
    /// <exception cref="DnsException">The file exists, but has never been readable.</exception>
    public DnsSettings Read()
    {
        lock (_lock)
        {
            if (_settings is null || timeProvider.GetElapsedTime(_readAt) >= RefreshInterval)
            {
                _settings = ReadFile();
                _readAt = timeProvider.GetTimestamp();
            }

            return _settings;
        }
    }

    private DnsSettings ReadFile()
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Parse(text: "");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return _settings ?? throw new DnsException(
                $"the list of name servers '{path}' cannot be read: {exception.Message.TrimEnd('.')}",
                $"Let the user '{Environment.UserName}' read it, or set " +
                $"{nameof(EndpointSetOptions)}.{nameof(EndpointSetOptions.NameServers)}",
                exception);
        }
    }

    private DnsSettings Parse(string text) => ResolvConf.Parse(
        text, System.Net.Dns.GetHostName(), DnsSettings.AdviceFor($"the name servers in '{path}'"), port);
}
