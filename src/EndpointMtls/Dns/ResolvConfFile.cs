namespace EndpointMtls.Dns;

/// <summary>The settings in a resolv.conf, read again when they are asked for and have been known for a while. Thread-safe.</summary>
internal sealed class ResolvConfFile(string path, TimeProvider timeProvider, int port = DnsSettings.Port)
{
    public const string SystemPath = "/etc/resolv.conf";

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private DnsSettings? _settings;
    private long _readAt;

    /// <exception cref="DnsException">The file is there, could not be read, and was never read before.</exception>
    public DnsSettings Read()
    {
        lock (_lock)
        {
            if (_settings is null || timeProvider.GetElapsedTime(_readAt) >= LookInterval)
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
                $"'{path}', which names the DNS servers, cannot be read: {exception.Message.TrimEnd('.')}. Let the user '{Environment.UserName}' read it, or give the DNS servers to discovery.", exception);
        }
    }

    private DnsSettings Parse(string text) =>
        ResolvConf.Parse(text, System.Net.Dns.GetHostName(), $"Check the servers that '{path}' names, and whether they can be reached from here", port);
}
