using EndpointMtls.Tests.Support;
using NUnit.Framework.Interfaces;

[assembly: EndpointMtls.Tests.RequireApprovedTexts]

namespace EndpointMtls.Tests;

/// <summary>Saves what was approved, after the last test.</summary>
[SetUpFixture]
internal sealed class ApprovedTextsFixture
{
    [OneTimeTearDown]
    public void Save() => ApprovedTexts.Save();
}

/// <summary>Holds each test that passes to the number of its approved texts.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class RequireApprovedTextsAttribute : TestActionAttribute
{
    public override ActionTargets Targets => ActionTargets.Test;

    public override void AfterTest(ITest test)
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Passed)
        {
            ApprovedTexts.RequireAll(TestContext.CurrentContext.Test);
        }
    }
}
