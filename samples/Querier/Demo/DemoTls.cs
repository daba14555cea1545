namespace Querier.Demo;

/// <summary>Issues the certificates of one realm, and writes them to the files of its store and of the querier.</summary>
internal sealed class DemoTls
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly DemoFolder _folder;
    private readonly string _cluster;
    private readonly ClientFiles _files;
    private readonly IEnumerator<DemoStage> _stages;
    private readonly TimeSpan? _period;
    private DemoCa? _storesIssuer;

    /// <param name="folder">The folder of the files.</param>
    /// <param name="cluster">The name of the cluster. It is part of the names in the certificates.</param>
    /// <param name="files">The files of the querier.</param>
    /// <param name="stages">The stages of the rotation, without end.</param>
    /// <param name="period">How often new certificates are issued; null for never.</param>
    public DemoTls(DemoFolder folder, string cluster, ClientFiles files, IEnumerable<DemoStage> stages, TimeSpan? period)
    {
        (_folder, _cluster, _files, _stages, _period) = (folder, cluster, files, stages.GetEnumerator(), period);
        Advance();
    }

    /// <summary>The serial number of the newest certificate of the querier.</summary>
    public string SerialNumber { get; private set; } = "";

    public IReadOnlyList<string> StoreArguments =>
    [
        "--grpc-server-tls-cert", _folder[StoreFile], "--grpc-server-tls-key", _folder[StoreFile], "--grpc-server-tls-client-ca", _folder[_files.Ca],
        "--grpc-server-close-on-rotation", "5s",
    ];

    private string StoreName => $"store.{_cluster}.example.com";

    private string StoreFile => $"{_cluster}-store.pem";

    /// <summary>Issues the certificates of the next stage.</summary>
    public void Advance()
    {
        _stages.MoveNext();
        var (trusted, issuer) = _stages.Current;
        if (issuer != _storesIssuer)
        {
            var store = issuer.IssueServer(StoreName, Longer(Day));
            _folder.Write(StoreFile, store.Chain + store.Key); // One file, so that the store never reads a key that does not match.
            _storesIssuer = issuer;
        }

        var client = issuer.IssueClient($"querier.{_cluster}.example.com", _period is null ? Day : Longer(TimeSpan.FromMinutes(2)));
        _files.Write(string.Concat(trusted.Select(ca => ca.Pem)), client);
        SerialNumber = client.SerialNumber;
    }

    public string ToYaml() =>
        $"""
          tls_config:
            cert_file: {_files.Certificate}
            key_file: {_files.Key}
            ca_file: {_files.Ca}
            server_name: {StoreName}
        {(_period is { } period ? RotationYaml(period) : "")}
        """;

    private static string RotationYaml(TimeSpan period) =>
        $"""
            check_interval: 1s
            rotation_jitter: 1s
            ca_overlap: {(long)Math.Min(2 * period.TotalMilliseconds, TimeSpan.MillisecondsPerHour)}ms

        """;

    // Certificates must be valid for several periods.
    private TimeSpan Longer(TimeSpan life) => TimeSpan.FromTicks(Math.Max(life.Ticks, 12 * _period.GetValueOrDefault().Ticks));
}
