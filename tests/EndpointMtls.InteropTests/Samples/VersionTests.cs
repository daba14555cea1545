using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Samples;

public sealed class VersionTests
{
    [TestCase("Querier")]
    [TestCase("StoreNode")]
    public async Task The_option_version_prints_the_version_of_the_packages(string sample)
    {
        await using var process = ChildProcess.StartSample(sample, "--version");

        (await process.WaitForExitAsync()).Should().Be(0, process.Errors);

        // The version is followed by '+' and the commit if the samples were built in a Git repository.
        process.Output.Trim().Split('+')[0].Should().Be(Repository.Version);
    }
}
