using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.GrpcContracts;

/// <summary>The contract assemblies have all that the assemblies built against them refer to.</summary>
internal sealed class ContractReferencesTests
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Assembly[] Referrers =
    [
        typeof(GrpcChannel).Assembly,
        typeof(GrpcServiceOptions).Assembly,
        typeof(ContractReferencesTests).Assembly, // holds generated code
    ];

    [TestCaseSource(nameof(Referrers))]
    public void Every_reference_resolves(Assembly referrer)
    {
        using var references = new ContractReferences(referrer);

        Assert.That(references.Types.Concat(references.Members).Select(Problem).OfType<string>(), Is.Empty);
        Assert.That(references.Types.Count(), Is.GreaterThan(20));
        Assert.That(references.Members.Count(), Is.GreaterThan(20));
    }

    [TestCaseSource(nameof(Referrers))]
    public void Every_type_loads(Assembly referrer) =>
        // A type that leaves an abstract member of the contract without implementation does not load.
        Assert.That(referrer.GetTypes, Is.Not.Empty);

    [TestCaseSource(nameof(Referrers))]
    public void Every_override_overrides_something(Assembly referrer)
    {
        // Without a counterpart the runtime silently makes an override a member of its own.
        var overrides =
            from type in referrer.GetTypes()
            from method in type.GetMethods(Declared)
            where method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot)
            select method;

        Assert.That(overrides.Where(method => method.GetBaseDefinition() == method), Is.Empty);
    }

    [TestCaseSource(nameof(Referrers))]
    public void The_identity_is_the_one_referred_to(Assembly referrer)
    {
        using var references = new ContractReferences(referrer);

        foreach (var name in references.Assemblies)
            Assert.That(Assembly.Load(name).FullName, Is.EqualTo(name.FullName));
    }

    [TestCase(typeof(CallInvoker), "Grpc.Core.Api")]
    [TestCase(typeof(ConnectivityState), "Grpc.Net.Common")]
    public void The_identity_is_that_of_the_original(Type type, string name) =>
        Assert.That(
            type.Assembly.FullName,
            Is.EqualTo($"{name}, Version=2.0.0.0, Culture=neutral, PublicKeyToken=d754f35622e28bad"));

    private static string? Problem((string Name, Func<MemberInfo?> Resolve) reference)
    {
        try
        {
            return reference.Resolve() switch
            {
                MethodBase { IsPublic: false, IsFamily: false, IsFamilyOrAssembly: false } => $"{reference.Name} cannot be accessed",
                null => $"{reference.Name} is missing",
                _ => null,
            };
        }
        catch (Exception e) when (e is TypeLoadException or MissingMemberException)
        {
            return $"{reference.Name}: {e.Message}";
        }
    }
}
