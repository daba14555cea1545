using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Prometheus;

/// <summary>What Prometheus makes of files of targets. What we make of the same is tested beside the reader.</summary>
public sealed class FileSdTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Prometheus_takes_what_we_believe_it_does()
    {
        foreach (var document in FileSdDocuments.AcceptedByBoth.Concat(FileSdDocuments.RejectedOnlyByUs))
            Assert.That(await IsTakenAsync(document), Is.True, document.ToString());
    }

    [Test]
    public async Task Prometheus_refuses_what_we_believe_it_does()
    {
        foreach (var document in FileSdDocuments.RejectedByBoth.Concat(FileSdDocuments.AcceptedOnlyByUs))
            Assert.That(await IsTakenAsync(document), Is.False, document.ToString());
    }

    private Task<bool> IsTakenAsync((string Extension, string Content) document)
    {
        var file = _folder.Write($"targets.{document.Extension}", document.Content);
        var config = _folder.Write("prometheus.yml", $"scrape_configs: [{{ job_name: a, file_sd_configs: [{{ files: ['{file}'] }}] }}]");
        return Peer.SucceedsAsync("promtool", ["check", "config", config]);
    }
}
