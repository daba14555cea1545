using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace EndpointMtls.Tests.GrpcContracts;

/// <summary>Every type and member that an assembly takes from the contract assemblies, by its metadata.</summary>
internal sealed class ContractReferences : IDisposable
{
    private static readonly HashSet<string> Contracts = ["Grpc.Core.Api", "Grpc.Net.Common"];

    // Stands in for type parameters, so that a reference within generic code has a closed form.
    private static readonly Type[] Arguments = [.. Enumerable.Repeat(typeof(object), 8)];

    private readonly Module _module;
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    public ContractReferences(Assembly assembly)
    {
        _module = assembly.ManifestModule;
        _file = new PEReader(File.OpenRead(assembly.Location));
        _metadata = _file.GetMetadataReader();
    }

    public IEnumerable<AssemblyName> Assemblies =>
        _metadata.AssemblyReferences
            .Select(handle => _metadata.GetAssemblyReference(handle).GetAssemblyName())
            .Where(name => Contracts.Contains(name.Name!));

    public IEnumerable<(string Name, Func<MemberInfo?> Resolve)> Types =>
        from handle in _metadata.TypeReferences
        where IsContract(handle)
        select (Name(handle), Resolve(handle));

    /// <summary>The members; the runtime resolves them by name, arity, parameters, return type and kind.</summary>
    public IEnumerable<(string Name, Func<MemberInfo?> Resolve)> Members =>
        from handle in _metadata.MemberReferences
        let member = _metadata.GetMemberReference(handle)
        let declaringType = Definition(member.Parent)
        where IsContract(declaringType)
        select ($"{Name(declaringType)}.{_metadata.GetString(member.Name)}", Resolve(handle));

    public void Dispose() => _file.Dispose();

    private Func<MemberInfo?> Resolve(EntityHandle handle) =>
        () => _module.ResolveMember(MetadataTokens.GetToken(handle), Arguments, Arguments);

    /// <summary>The type itself, for a reference such as <c>Method&lt;A, B&gt;</c> to an instance of it.</summary>
    private EntityHandle Definition(EntityHandle type)
    {
        if (type.Kind != HandleKind.TypeSpecification)
            return type;

        var signature = _metadata.GetBlobReader(_metadata.GetTypeSpecification((TypeSpecificationHandle)type).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return default;

        signature.ReadByte(); // class or value type
        return signature.ReadTypeHandle();
    }

    private bool IsContract(EntityHandle scope) => scope.Kind switch
    {
        HandleKind.TypeReference => IsContract(_metadata.GetTypeReference((TypeReferenceHandle)scope).ResolutionScope),
        HandleKind.AssemblyReference => Contracts.Contains(
            _metadata.GetString(_metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name)),
        _ => false,
    };

    private string Name(EntityHandle type) => _metadata.GetString(_metadata.GetTypeReference((TypeReferenceHandle)type).Name);
}
