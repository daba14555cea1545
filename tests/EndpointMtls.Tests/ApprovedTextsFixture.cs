using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests;

/// <summary>Saves what was approved, after the last test.</summary>
[SetUpFixture]
internal sealed class ApprovedTextsFixture
{
    [OneTimeTearDown]
    public void Save() => ApprovedTexts.Save();
}
