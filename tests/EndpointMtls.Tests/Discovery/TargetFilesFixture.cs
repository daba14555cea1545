namespace EndpointMtls.Tests.Discovery;

/// <summary>A folder with target files, and a fake clock.</summary>
public abstract class TargetFilesFixture
{
    private protected WatchedTargets Targets { get; private set; } = null!;

    [SetUp]
    public void CreateFolder() => Targets = new WatchedTargets();

    [TearDown]
    public void CleanUp() => Targets.Dispose();
}
