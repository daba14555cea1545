using System.Collections.Concurrent;
using EndpointMtls.Tests.Support;
using NUnit.Framework.Interfaces;

[assembly: DisposeForgotten]

namespace EndpointMtls.Tests.Support;

/// <summary>What a test made and nobody has disposed when it ends: few tests are about that, and watches of files are scarce.</summary>
internal static class Forgotten
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<IAsyncDisposable>> ByTest = new();

    public static void Remember(IAsyncDisposable made) => ByTest.GetOrAdd(TestContext.CurrentContext.Test.ID, static _ => []).Add(made);

    public static async Task DisposeAsync(string test)
    {
        if (ByTest.TryRemove(test, out var all))
        {
            foreach (var made in all)
            {
                await made.DisposeAsync();
            }
        }
    }
}

[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class DisposeForgottenAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test | ActionTargets.Suite;

    public void BeforeTest(ITest test) =>
        TempFolder.BeforeRemoval = () => Forgotten.DisposeAsync(TestContext.CurrentContext.Test.ID).GetAwaiter().GetResult();

    public void AfterTest(ITest test) => Forgotten.DisposeAsync(test.Id).GetAwaiter().GetResult();
}
