using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Prometheus;

/// <summary>Which target files Prometheus accepts. TargetFileReaderTests reads the same documents with our reader.</summary>
public sealed class FileSdTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Prometheus_accepts_the_documents_that_are_listed_as_accepted()
    {
        foreach (var document in FileSdDocuments.AcceptedByBoth.Concat(FileSdDocuments.RejectedOnlyByUs))
            Assert.That(await IsAcceptedAsync(document), Is.True, document.ToString());
    }

    [Test]
    public async Task Prometheus_rejects_the_documents_that_are_listed_as_rejected()
    {
        foreach (var document in FileSdDocuments.RejectedByBoth.Concat(FileSdDocuments.AcceptedOnlyByUs))
            Assert.That(await IsAcceptedAsync(document), Is.False, document.ToString());
    }

    private Task<bool> IsAcceptedAsync((string Extension, string Content) document)
    {
        var file = _folder.Write($"targets.{document.Extension}", document.Content);
        var config = _folder.Write("prometheus.yml", $"scrape_configs: [{{ job_name: a, file_sd_configs: [{{ files: ['{file}'] }}] }}]");
        return Peer.SucceedsAsync("promtool", ["check", "config", config]);
    }
}
