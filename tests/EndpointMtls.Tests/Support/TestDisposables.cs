using System.Collections.Concurrent;
using EndpointMtls.Tests.Support;
using NUnit.Framework.Interfaces;

[assembly: DisposeTestDisposables]

namespace EndpointMtls.Tests.Support;

/// <summary>Disposes what a test created, when the test ends. File watches are a limited resource.</summary>
internal static class TestDisposables
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<IAsyncDisposable>> ByTest = new();

    public static void Register(IAsyncDisposable disposable) => ByTest.GetOrAdd(TestContext.CurrentContext.Test.ID, static _ => []).Add(disposable);

    public static async Task DisposeAsync(string test)
    {
        if (ByTest.TryRemove(test, out var all))
        {
            foreach (var disposable in all)
            {
                await disposable.DisposeAsync();
            }
        }
    }
}

[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class DisposeTestDisposablesAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test | ActionTargets.Suite;

    public void BeforeTest(ITest test) =>
        TempFolder.BeforeRemoval = () => TestDisposables.DisposeAsync(TestContext.CurrentContext.Test.ID).GetAwaiter().GetResult();

    public void AfterTest(ITest test) => TestDisposables.DisposeAsync(test.Id).GetAwaiter().GetResult();
}
